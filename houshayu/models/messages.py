from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from houshayu import kinds
from houshayu.exceptions import Conflict
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
    UNCERTAIN = "uncertain", _("May have been sent: a person decides")
    HELD = "held", _("Held back: the demonstration sends nothing")


class MailSettled(Conflict):
    """It was clear, or decided, before this call whether the message was sent."""


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

    def mark_read(self, *, now: datetime) -> int:
        """Those that were not are read from now on; how many."""
        return self.unread().update(read_at=now)

    def for_rows(self) -> MessageQuerySet:
        """With everything houshayu/_message_row.html reads, in one query."""
        first = MessageLine.objects.filter(message=OuterRef("pk")).order_by("pk")
        lines = first.order_by().values("message").annotate(n=Count("pk")).values("n")
        return self.select_related("place").annotate(
            line_count=Subquery(lines), first_text=Subquery(first.values("text")[:1])
        )

    def renew(self) -> None:
        """They have a new line: they are unread again, and leave again if their e-mail had left."""
        self.filter(Q(read_at__isnull=False) | Q(mail_status=MailStatus.SENT)).update(
            read_at=None,
            mail_status=Case(
                When(mail_status=MailStatus.SENT, then=Value(MailStatus.QUEUED)),
                default=F("mail_status"),
            ),
        )

    def claim_for_mail(self, *, limit: int, now: datetime) -> list[Message]:
        """Mark up to limit queued messages as being sent by this caller, and return them.

        Of each its lines that are in no e-mail yet, which count as mailed from now on. Must run
        in a transaction of its own: once it is committed nobody else takes them, and one whose
        sender dies is found by settle_stuck.
        """
        claimed: list[Message] = list(
            self.filter(mail_status=MailStatus.QUEUED, mail_from__lte=now)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient", "place")
            .order_by("pk")[:limit]
        )
        pks = [message.pk for message in claimed]
        MessageLine.objects.filter(message__in=pks, mailed_at=None).update(mailed_at=now)
        self.filter(pk__in=pks).update(mail_status=MailStatus.SENDING, mail_claimed_at=now)
        for message in claimed:
            message.mail_claimed_at = now
        models.prefetch_related_objects(claimed, "lines")
        return claimed

    def give_back(self) -> None:
        """What is claimed has not left: it, and each of its lines, waits again."""
        claimed = Q(message__in=self, mailed_at=F("message__mail_claimed_at"))
        MessageLine.objects.filter(claimed).update(mailed_at=None)
        self.update(mail_status=MailStatus.QUEUED)

    def settle(self, *, now: datetime | None) -> None:
        """What was claimed has left at now, or a person says that it has.

        One that got a line meanwhile waits for its next e-mail. Must run in a transaction.
        """
        # `tell` locks a message before it adds a line: with the lock, we see every line.
        pks = list(self.select_for_update().order_by("pk").values_list("pk", flat=True))
        more = MessageLine.objects.filter(message=OuterRef("pk"), mailed_at=None)
        Message.objects.filter(pk__in=pks).update(
            mail_status=Case(
                When(Exists(more), then=Value(MailStatus.QUEUED)), default=Value(MailStatus.SENT)
            ),
            mail_sent_at=now,
        )

    def settle_stuck(self, *, now: datetime) -> int:
        """Hand what a dead sender left behind to a person; return how many there were.

        The mail server may or may not have taken such a message, and a reminder sent twice is
        a harm: the outbox shows it, and a coordinator sends it again or lets it be.
        """
        return self.filter(
            mail_status=MailStatus.SENDING, mail_claimed_at__lt=now - timedelta(minutes=10)
        ).update(mail_status=MailStatus.UNCERTAIN)


@personal_fields(
    TELLING, "kind", "quarter", "created_at", "read_at", "mail_status", "mail_from",
    "mail_claimed_at", "mail_sent_at",
)  # fmt: skip
class Message(models.Model):
    """Lines of one kind, place and quarter of an hour in one user's inbox.

    The same goes by e-mail where they have an address.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages_received"
    )
    # A code of houshayu.kinds.
    kind = models.CharField(_("kind"), max_length=40)
    place = models.ForeignKey(
        Place,
        verbose_name=_("place"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    quarter = models.DateTimeField(_("quarter of an hour"))
    created_at = models.DateTimeField(_("time"))
    read_at = models.DateTimeField(null=True, blank=True)
    mail_status = models.CharField(
        _("e-mail"), max_length=10, choices=MailStatus, default=MailStatus.NONE
    )
    # It leaves from then on: at once, or when its quarter of an hour is over.
    mail_from = models.DateTimeField()
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
            models.UniqueConstraint(
                name="message_one_per_quarter",
                fields=["recipient", "kind", "place", "quarter"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="message_mail_status_known", condition=Q(mail_status__in=MailStatus.values)
            ),
        ]
        indexes = [
            models.Index(name="message_unread", fields=["recipient"], condition=Q(read_at=None)),
            models.Index(name="message_inbox", fields=["recipient", "-created_at", "-id"]),
            models.Index(
                name="message_inbox_by_kind", fields=["recipient", "kind", "-created_at", "-id"]
            ),
            models.Index(
                name="message_mail_open",
                fields=["id"],
                condition=Q(mail_status__in=["queued", "sending", "uncertain"]),
            ),
        ]

    if TYPE_CHECKING:
        # Of a message fetched with for_rows().
        line_count: int
        first_text: str

    def __str__(self) -> str:
        return f"{self.kind} {self.quarter}"

    def get_absolute_url(self) -> str:
        return reverse("message_detail", args=[self.pk])

    @property
    def kind_label(self) -> str:
        return kinds.label(self.kind)

    @property
    def subject(self) -> str:
        """Its only line, or what they are and how many; of a message fetched with for_rows()."""
        return self._heading(self.line_count, self.first_text)

    def _heading(self, count: int, first: str) -> str:
        if count == 1:
            return first
        values = {"kind": self.kind_label, "n": count, "place": self.place}
        if self.place is None:
            return gettext("%(kind)s: %(n)s") % values
        return gettext("%(kind)s: %(n)s at %(place)s") % values

    @transaction.atomic
    def send_again(self) -> None:
        """Of a message that was perhaps sent: it leaves once more. Raises MailSettled."""
        self._uncertain().give_back()

    @transaction.atomic
    def leave_as_sent(self) -> None:
        """Of a message that was perhaps sent: it counts as sent. Raises MailSettled."""
        self._uncertain().settle(now=None)

    def _uncertain(self) -> MessageQuerySet:
        """This message alone, locked. Raises MailSettled."""
        alone = Message.objects.filter(pk=self.pk)
        if not alone.select_for_update().filter(mail_status=MailStatus.UNCERTAIN):
            raise MailSettled(gettext("This has been decided already."))
        return alone

    @property
    def mail_preview(self) -> str:
        """What the last e-mail says, or the next one will, below its subject."""
        return self.mail_text(self.mail_lines or list(self.lines.all()))

    @property
    def mail_lines(self) -> list[MessageLine]:
        """The lines of the e-mail that was claimed last; of all that would leave, before that."""
        return [line for line in self.lines.all() if line.mailed_at == self.mail_claimed_at]

    def mail_subject(self, lines: Sequence[MessageLine]) -> str:
        """What the e-mail with these lines is called."""
        return self._heading(len(lines), lines[0].text)

    def mail_text(self, lines: Sequence[MessageLine]) -> str:
        """What the e-mail says below its subject: each line, and where to go."""
        if len(lines) == 1:
            return f"{settings.SITE_URL}{lines[0].url}"
        parts = [f"{line.text}\n{settings.SITE_URL}{line.url}" for line in lines]
        return "\n\n".join([*parts, f"{settings.SITE_URL}{self.get_absolute_url()}"])


@personal_fields(TELLING, "key", "text", "url", "about_id", "occurrence", "mailed_at")
class MessageLine(models.Model):
    """One line of a message, in the reader's language."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="lines")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    # What it is about; the same thing reaches a recipient once.
    key = models.CharField(max_length=160)
    text = models.CharField(_("text"), max_length=200)
    url = models.CharField(max_length=200)
    # Of a duty: which of its rows it is about.
    about_id = models.BigIntegerField(null=True, blank=True)
    occurrence = models.CharField(max_length=80, blank=True)
    # Real time: when the e-mail that has it was claimed for sending.
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("line of a message")
        verbose_name_plural = _("lines of messages")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="line_once_per_recipient", fields=["recipient", "key"]),
        ]

    def __str__(self) -> str:
        return self.text
