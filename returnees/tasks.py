from celery import shared_task

from houshayu import clock
from returnees.models import PrintJob, RegistrationDraft
from returnees.sheets import batches


@shared_task
def print_job(pk: int) -> None:
    """Print the job; one that is finished stays as it is, one whose worker died begins again."""
    batches.run(PrintJob.objects.get(pk=pk), now=clock.now())


@shared_task
def forget_print_files() -> int:
    """Beat runs this every hour; a second run finds nothing to do."""
    return PrintJob.objects.forget_files(clock.now())


@shared_task
def forget_old_drafts() -> int:
    """Beat runs this every night; a second run finds nothing to do."""
    return RegistrationDraft.objects.forget_old(clock.now())
