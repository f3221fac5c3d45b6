"""Sending inbox messages by e-mail, at most once each."""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils.translation import override

from houshayu.models import MailStatus, Message

log = logging.getLogger(__name__)


def send_queued(now: datetime, *, limit: int = 50) -> int:
    """Send what waits, up to limit messages; return how many were handed to the mail server.

    now is real time. A message is marked as being sent, and committed so, before the mail server
    hears of it: if this process dies in between it is not sent again by itself. One that the
    server refused, or may have had when the line broke, waits for a person to decide. In the
    demonstration nothing is ever queued.
    """
    if settings.DEMONSTRATION:
        return 0
    Message.objects.settle_stuck(now=now)
    with transaction.atomic():
        claimed = Message.objects.claim_for_mail(limit=limit, now=now)
    if not claimed:
        return 0
    sent = 0
    try:
        with get_connection() as server:
            for message in claimed:
                sent += _send_one(message, server, now)
    except OSError as error:
        # Not connected, or no longer: nothing of what is still claimed has left.
        log.warning("mail server out of reach: %s", error.__class__.__name__)
        with transaction.atomic():
            Message.objects.filter(
                pk__in=[m.pk for m in claimed], mail_status=MailStatus.SENDING
            ).give_back()
    return sent


def _send_one(message: Message, server: BaseEmailBackend, now: datetime) -> bool:
    lines = message.mail_lines
    with override(message.recipient.language):
        mail = EmailMessage(
            subject=message.mail_subject(lines),
            body=message.mail_text(lines),
            to=[message.recipient.email],
            headers={"Message-ID": f"<message-{message.pk}-{lines[0].pk}@houshayu>"},
            connection=server,
        )
    claimed = Message.objects.filter(pk=message.pk, mail_status=MailStatus.SENDING)
    try:
        mail.send()
    except OSError as error:  # what smtplib raises is one too
        log.warning("mail for message %s not sent: %s", message.pk, error.__class__.__name__)
        claimed.update(mail_status=MailStatus.UNCERTAIN)
        refused = isinstance(error, smtplib.SMTPException)
        if not refused or isinstance(error, smtplib.SMTPServerDisconnected):
            raise  # No use in trying the others on this line.
        return False
    with transaction.atomic():
        claimed.settle(now=now)
    return True
