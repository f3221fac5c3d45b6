from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import TELLING, personal_fields
from houshayu.models.places import Place


class ReminderStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    CANCELLED = "cancelled", _("No longer needed")


@personal_fields(TELLING, "duty", "step", "about_id", "occurrence", "due_at", "status", "sent_at")
class Reminder(models.Model):
    """People must be notified, once, of one waiting thing on one rung of its duty's ladder.

    A reminder is planned when its moment has come and sent by whoever claims it first. Sending
    puts lines into inboxes and queues their e-mail in the same transaction, so a worker that
    dies has either sent it or not touched it.
    """

    duty = models.CharField(_("duty"), max_length=40)
    step = models.PositiveSmallIntegerField(_("rung"))
    # The row that the duty is about; of which model, its declaration says.
    about_id = models.BigIntegerField()
    # Distinguishes the waits of one row, like a day and slot.
    occurrence = models.CharField(max_length=80)
    # Where it was to be done when it was planned.
    place = models.ForeignKey(
        Place, verbose_name=_("place"), on_delete=models.PROTECT, related_name="+"
    )
    due_at = models.DateTimeField(_("due"))
    status = models.CharField(
        _("status"), max_length=9, choices=ReminderStatus, default=ReminderStatus.QUEUED
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["due_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="reminder_status_known", condition=Q(status__in=ReminderStatus.values)
            ),
            models.CheckConstraint(
                name="reminder_sent_iff_sent_at",
                condition=Q(status=ReminderStatus.SENT, sent_at__isnull=False)
                | (~Q(status=ReminderStatus.SENT) & Q(sent_at=None)),
            ),
            models.UniqueConstraint(
                name="reminder_once", fields=["about_id", "duty", "occurrence", "step"]
            ),
        ]
        indexes = [
            models.Index(
                name="reminder_queued", fields=["due_at", "id"], condition=Q(status="queued")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duty} {self.about_id} {self.occurrence}"
