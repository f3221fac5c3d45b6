from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import TELLING, personal_fields
from houshayu.models.memberships import Membership
from houshayu.models.places import Place

if TYPE_CHECKING:
    from houshayu.models.users import User


class MailStatus(models.TextChoices):
    NONE = "none", _("Not by e-mail")
    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    UNCERTAIN = "uncertain", _("Perhaps sent: a person decides")
    HELD = "held", _("Held: nothing leaves a demonstration")


class MessageQuerySet(models.QuerySet["Message"]):
    def for_user(self, user: User) -> MessageQuerySet:
        """The user's own inbox."""
        return self.filter(recipient=user)

    def visible_to(self, user: User) -> MessageQuerySet:
        """What goes by e-mail to those who work in the places whose outbox the user may see."""
        places = Place.objects.covered_by(user, "houshayu.view_outbox")
        there = Membership.objects.filter(user=OuterRef("recipient"), place__in=places)
        return self.filter(Exists(there)).exclude(mail_status=MailStatus.NONE)

    def unread(self) -> MessageQuerySet:
        return self.filter(read_at=None)

    def deliver(self, messages: Iterable[Message]) -> None:
        """Put the messages into the inboxes; one that is there already stays as it is."""
        Message.objects.bulk_create(messages, ignore_conflicts=True)

    def claim_for_mail(self, *, limit: int, now: datetime) -> list[Message]:
        """Mark up to limit queued messages as being sent by this caller, and return them.

        Must run in a transaction of its own: once it is committed nobody else takes them, and
        one whose sender dies is found by settle_stuck.
        """
        claimed: list[Message] = list(
            self.filter(mail_status=MailStatus.QUEUED)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient")
            .order_by("pk")[:limit]
        )
        self.filter(pk__in=[message.pk for message in claimed]).update(
            mail_status=MailStatus.SENDING, mail_claimed_at=now
        )
        return claimed

    def settle_stuck(self, *, now: datetime) -> int:
        """Hand what a dead sender left behind to a person; return how many there were.

        The mail server may or may not have taken such a message, and a reminder sent twice is
        a harm: the outbox shows it, and a coordinator sends it again or lets it be.
        """
        return self.filter(
            mail_status=MailStatus.SENDING, mail_claimed_at__lt=now - timedelta(minutes=10)
        ).update(mail_status=MailStatus.UNCERTAIN)


@personal_fields(
    TELLING, "key", "subject", "body", "url", "created_at", "read_at", "mail_status",
    "mail_claimed_at", "mail_sent_at",
)  # fmt: skip
class Message(models.Model):
    """One line in one user's inbox, and the same by e-mail where they have an address."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages_received"
    )
    # What it is about; the same thing reaches a recipient once.
    key = models.CharField(max_length=80)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(_("time"))
    read_at = models.DateTimeField(null=True, blank=True)
    mail_status = models.CharField(
        _("e-mail"), max_length=10, choices=MailStatus, default=MailStatus.NONE
    )
    # Real time, not the demonstration's: it measures how long a sender has been silent.
    mail_claimed_at = models.DateTimeField(null=True, blank=True)
    mail_sent_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-pk"]
        permissions = [("view_outbox", "Can see what was or would be sent")]
        constraints = [
            models.UniqueConstraint(name="message_once_per_recipient", fields=["recipient", "key"]),
            models.CheckConstraint(
                name="message_mail_status_known", condition=Q(mail_status__in=MailStatus.values)
            ),
        ]
        indexes = [
            models.Index(name="message_unread", fields=["recipient"], condition=Q(read_at=None)),
            models.Index(name="message_inbox", fields=["recipient", "-created_at", "-id"]),
            models.Index(
                name="message_mail_open",
                fields=["id"],
                condition=Q(mail_status__in=["queued", "sending", "uncertain"]),
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def mail_text(self) -> str:
        """What the e-mail says below its subject: the text, and where to go."""
        return f"{self.body}\n{settings.SITE_URL}{self.url}".strip()
