from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.exceptions import Conflict
from houshayu.keeping import personal
from houshayu.models import Place
from houshayu.moods import Mood
from returnees.keeping import HEALTH
from returnees.models.case_queries import in_places, lies_in
from returnees.models.cases import Case
from returnees.models.checkins import CheckIn
from returnees.models.stays import RoomStay

if TYPE_CHECKING:
    from houshayu.models import User

OPEN = Q(resolved_at=None)


class AlertKind(models.TextChoices):
    FEVER = "fever", _("Fever")
    SYMPTOM = "symptom", _("Symptom")
    POSITIVE_TEST = "positive_test", _("Positive test")

    @property
    def mood(self) -> Mood:
        """Until the alert is settled."""
        return Mood.BAD


class Resolution(models.TextChoices):
    """How an alert ended (domain rules, fever or symptom under observation)."""

    REMEASURED_NORMAL = "remeasured_normal", _("Measured again: normal")
    TEST_NEGATIVE = "test_negative", _("Examined: negative, observation continues")
    SENT_TO_HOSPITAL = "sent_to_hospital", _("Taken to the fever clinic")
    CONFIRMED = "confirmed", _("Confirmed, in medical care")

    @property
    def mood(self) -> Mood:
        """Whatever came of an alert, nobody waits any more."""
        return Mood.GOOD


class AlertClosed(Conflict):
    """Somebody settled this alert before this call did."""


def _sees_health(user: User) -> models.QuerySet[Any, Any]:
    return Case.objects.in_hands_of(user, "returnees.view_healthdeclaration").values("pk")


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> AlertQuerySet:
        """Alerts somebody must settle: one that nobody did ends with its case."""
        return self.filter(OPEN, case__closed_at=None)

    def visible_to(self, user: User, permission: str = "returnees.view_case") -> AlertQuerySet:
        """Alerts of cases in the user's hands, and those raised while they were."""
        places = Place.objects.covered_by(user, permission)
        return self.filter(lies_in("place", places) | in_places(places, case="case__"))

    def for_rows(self, user: User) -> AlertQuerySet:
        """With everything returnees/_alert_row.html reads, in one query."""
        staying = RoomStay.objects.open().filter(case=OuterRef("case"))
        return self.select_related(
            "case__person", "case__health", "place", "checkin", "acknowledged_by", "resolved_by"
        ).annotate(
            room=Subquery(staying.values("room__number")[:1]),
            sees_health=Q(case__in=_sees_health(user)),
            can_handle=Q(OPEN)
            & Q(case__in=Case.objects.held_by(user, "returnees.handle_alert").values("pk")),
        )

    def handled_by(self, user: User) -> AlertQuerySet:
        """Open alerts that the user may acknowledge and settle."""
        return self.filter(OPEN, case__in=Case.objects.held_by(user, "returnees.handle_alert"))


@pghistory.track()
class Alert(models.Model):
    """A fever, a symptom or a positive test that somebody must act on at once."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="alerts")
    # Who held the case when it was raised.
    place = models.ForeignKey(
        Place, verbose_name=_("place"), on_delete=models.PROTECT, related_name="+"
    )
    checkin = models.OneToOneField(
        CheckIn, on_delete=models.PROTECT, null=True, blank=True, related_name="alert"
    )
    kind = personal(HEALTH, models.CharField(_("kind"), max_length=13, choices=AlertKind))
    temperature = personal(
        HEALTH,
        models.DecimalField(
            _("Body temperature (°C)"), max_digits=3, decimal_places=1, null=True, blank=True
        ),
    )
    raised_at = personal(HEALTH, models.DateTimeField(_("raised")))
    acknowledged_at = personal(HEALTH, models.DateTimeField(_("seen"), null=True, blank=True))
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resolved_at = personal(HEALTH, models.DateTimeField(_("settled"), null=True, blank=True))
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resolution = personal(
        HEALTH, models.CharField(_("result"), max_length=17, choices=Resolution, blank=True)
    )
    note = personal(HEALTH, models.CharField(_("note"), max_length=200, blank=True))

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-raised_at", "-pk"]
        permissions = [("handle_alert", "Can acknowledge and settle alerts")]
        constraints = [
            models.CheckConstraint(name="alert_kind_known", condition=Q(kind__in=AlertKind.values)),
            models.CheckConstraint(
                name="alert_resolved_iff_resolution",
                condition=Q(resolved_at=None, resolved_by=None, resolution="")
                | Q(
                    resolved_at__isnull=False,
                    resolved_by__isnull=False,
                    resolution__in=Resolution.values,
                ),
            ),
            models.CheckConstraint(
                name="alert_acknowledged_by_somebody",
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="alert_open", fields=["raised_at", "case"], condition=OPEN),
            models.Index(name="alert_open_by_case", fields=["case"], condition=OPEN),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def standing(self) -> AlertKind | Resolution:
        """What was found, until somebody says what came of it."""
        return Resolution(self.resolution) if self.resolution else AlertKind(self.kind)

    def acknowledge(self, *, by: User, now: datetime) -> None:
        """Somebody has seen the alert and is on it; the first one stands.

        Raises AlertClosed if it is settled already.
        """
        with acting(by=by, now=now):
            Alert.objects.filter(OPEN, pk=self.pk, acknowledged_at=None).update(
                acknowledged_at=now, acknowledged_by=by
            )
        self.refresh_from_db()
        if self.resolved_at:
            raise AlertClosed(_("This alert has already been settled."))

    def resolve(self, resolution: str, *, by: User, now: datetime, note: str = "") -> None:
        """Settle the alert; release is possible again.

        Raises AlertClosed if somebody settled it first.
        """
        with acting(by=by, now=now):
            won = Alert.objects.filter(OPEN, pk=self.pk).update(
                resolved_at=now, resolved_by=by, resolution=resolution, note=note
            )
        self.refresh_from_db()
        if not won:
            raise AlertClosed(_("This alert has already been settled."))
