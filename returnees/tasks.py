from celery import shared_task

from houshayu import clock
from returnees.models import RegistrationDraft


@shared_task
def forget_old_drafts() -> int:
    """Beat runs this every night; a second run finds nothing to do."""
    return RegistrationDraft.objects.forget_old(clock.now())
