from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from houshayu import clock, mail
from houshayu.duties import planning


@shared_task
def remind() -> int:
    """Beat runs this every minute; a second run finds nothing to do."""
    return planning.plan_and_send(clock.now())


@shared_task
def send_mail() -> int:
    """Beat runs this every minute; what is being sent elsewhere is not taken twice."""
    return mail.send_queued(timezone.now())


@shared_task
def forget_old_sessions() -> None:
    """Remove what expired sessions left behind."""
    call_command("clearsessions")
