from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import personal_fields
from houshayu.models import Place
from policy import Slot
from returnees.keeping import OBSERVING
from returnees.models.cases import Case
from returnees.models.observation import Observation


class ReminderKind(models.TextChoices):
    CHECKIN_MISSING = "checkin_missing", _("Check-in missing")
    MISSED_TWICE = "missed_twice", _("Two check-ins missed in a row")
    TEST_DUE = "test_due", _("Test due")
    HANDOFF_WAITING = "handoff_waiting", _("Handoff waiting")
    HANDOFF_OVERDUE = "handoff_overdue", _("Handoff overdue")
    DAY_14_NEAR = "day_14_near", _("Last day tomorrow")
    RELEASE_DUE = "release_due", _("Release due")
    NOT_ARRIVED = "not_arrived", _("Expected and not arrived")


class ReminderStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    CANCELLED = "cancelled", _("No longer needed")


@personal_fields(OBSERVING, "kind", "day", "slot", "about", "due_at", "status", "sent_at")
class Reminder(models.Model):
    """That somebody must be reminded of one thing, once.

    A reminder is planned when its moment has come and sent by whoever claims it first. Sending
    puts messages into inboxes and queues their e-mail in the same transaction, so a worker that
    dies has either sent it or not touched it.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=ReminderKind)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reminders")
    # Those who must act: whoever works at this place with the right for it.
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="reminders")
    observation = models.ForeignKey(
        Observation, on_delete=models.CASCADE, null=True, blank=True, related_name="reminders"
    )
    day = models.SmallIntegerField(_("day of observation"), null=True, blank=True)
    slot = models.CharField(_("slot"), max_length=7, choices=Slot, blank=True)
    # The id of what else it is about: the handoff that waits.
    about = models.BigIntegerField(null=True, blank=True)
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
                name="reminder_kind_known", condition=Q(kind__in=ReminderKind.values)
            ),
            models.CheckConstraint(
                name="reminder_slot_known", condition=Q(slot__in=["", *Slot.values])
            ),
            models.CheckConstraint(
                name="reminder_status_known", condition=Q(status__in=ReminderStatus.values)
            ),
            models.CheckConstraint(
                name="reminder_sent_iff_sent_at",
                condition=Q(status=ReminderStatus.SENT, sent_at__isnull=False)
                | (~Q(status=ReminderStatus.SENT) & Q(sent_at=None)),
            ),
            models.UniqueConstraint(
                name="reminder_once",
                fields=["case", "observation", "day", "slot", "kind", "about"],
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(
                name="reminder_queued", fields=["due_at", "id"], condition=Q(status="queued")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.case_id}"
