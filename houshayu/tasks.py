from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from houshayu import clock, mail, working
from houshayu.duties import planning
from houshayu.models import Attachment, Job


@shared_task
def remind() -> int:
    """Beat runs this every minute; a second run finds nothing to do."""
    return planning.plan_and_send(clock.now())


@shared_task
def send_mail() -> int:
    """Beat runs this every minute; what is being sent elsewhere is not taken twice."""
    return mail.send_queued(timezone.now())


# Longer than any list takes, and shorter than the hour after which Redis delivers a task again.
@shared_task(time_limit=50 * 60)
def run_job(pk: int) -> None:
    """Do the job; one that another worker does, or that is finished, stays as it is."""
    working.run(Job.objects.get(pk=pk), now=clock.now)


@shared_task
def revive_jobs() -> int:
    """Beat runs this every minute; a second run finds nothing to do."""
    return Job.objects.revive(now=clock.now())


@shared_task
def forget_job_files() -> int:
    """Beat runs this every hour; a second run finds nothing to do."""
    return Job.objects.forget_files(clock.now())


@shared_task
def forget_orphans() -> int:
    """Beat runs this every night; a second run finds nothing to do."""
    now = timezone.now()
    return Attachment.objects.forget_orphans(now) + Job.objects.forget_orphans(now)


@shared_task
def forget_old_sessions() -> None:
    """Remove what expired sessions left behind."""
    call_command("clearsessions")
