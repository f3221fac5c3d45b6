from celery import shared_task

from houshayu import clock
from returnees import reminding
from returnees.models import RegistrationDraft


@shared_task
def remind() -> int:
    """Beat runs this every minute; a second run finds nothing to do."""
    now = clock.now()
    reminding.plan(now)
    sent = 0
    while batch := reminding.send(now):
        sent += batch
    return sent


@shared_task
def forget_old_drafts() -> int:
    """Beat runs this every night; a second run finds nothing to do."""
    return RegistrationDraft.objects.forget_old(clock.now())
