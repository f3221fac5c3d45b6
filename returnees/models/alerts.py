from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.exceptions import Conflict
from houshayu.keeping import personal
from houshayu.models import Place
from policy import COLDEST, FEVER, HOTTEST, is_fever
from returnees.keeping import HEALTH
from returnees.models.alertkinds import FOUND, STAYS, AlertKind, AlertStepKind, Resolution
from returnees.models.case_queries import in_places, lies_in
from returnees.models.cases import Case
from returnees.models.checkins import CheckIn
from returnees.models.health import HealthDeclaration, in_range
from returnees.models.labtests import LabTest, TestResult
from returnees.models.stays import RoomStay

if TYPE_CHECKING:
    from houshayu.models import User

OPEN = Q(resolved_at=None)


class AlertClosed(Conflict):
    """Somebody settled this alert before this call did."""


def _sees_health(user: User) -> models.QuerySet[Any, Any]:
    return Case.objects.in_hands_of(user, "returnees.view_healthdeclaration").values("pk")


class ReadingMissing(Conflict):
    """A fever is settled only with what was measured since, where the person stays."""


class NotNormal(Conflict):
    """What was found contradicts what is recorded; str() says how."""


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> AlertQuerySet:
        """Alerts somebody must settle: one that nobody did ends with its case."""
        return self.filter(OPEN, case__closed_at=None)

    def visible_to(self, user: User, permission: str = "returnees.view_case") -> AlertQuerySet:
        """Alerts of cases in the user's hands, and those raised while they were."""
        places = Place.objects.covered_by(user, permission)
        return self.filter(lies_in("place", places) | in_places(places, case="case__"))

    def for_rows(self, user: User) -> AlertQuerySet:
        """With everything returnees/_alert_row.html reads, in two queries."""
        staying = RoomStay.objects.open().filter(case=OuterRef("case"))
        return (
            self.select_related(
                "case__person", "case__health", "place", "checkin", "acknowledged_by", "resolved_by"
            )
            .prefetch_related("steps__taken_by")
            .annotate(
                room=Subquery(staying.values("room__number")[:1]),
                sees_health=Q(case__in=_sees_health(user)),
                can_handle=Q(OPEN)
                & Q(case__in=Case.objects.held_by(user, "returnees.handle_alert").values("pk")),
            )
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
    # The value that raised it, unless a handoff did; what is corrected there withdraws it.
    # A check-in is removed before its alerts let go of it, which the database sees to at commit.
    checkin = models.ForeignKey(
        CheckIn, on_delete=models.DO_NOTHING, null=True, blank=True, related_name="alerts"
    )
    labtest = models.ForeignKey(
        LabTest, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts"
    )
    declaration = models.ForeignKey(
        HealthDeclaration, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts"
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
    # What was measured again before it was settled.
    reading = personal(
        HEALTH,
        models.DecimalField(
            _("measured again (°C)"),
            max_digits=3,
            decimal_places=1,
            null=True,
            blank=True,
            validators=in_range,
        ),
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
            models.CheckConstraint(
                name="alert_reading_range",
                condition=Q(reading=None) | Q(reading__gte=COLDEST, reading__lte=HOTTEST),
            ),
            models.CheckConstraint(
                name="alert_fever_settled_with_a_reading",
                condition=~Q(kind=AlertKind.FEVER, resolution__in=STAYS) | Q(reading__isnull=False),
            ),
            models.CheckConstraint(
                name="alert_normal_is_below_fever",
                condition=~Q(resolution=Resolution.REMEASURED_NORMAL)
                | Q(reading=None)
                | Q(reading__lt=FEVER),
            ),
            models.CheckConstraint(
                name="alert_positive_test_is_not_normal",
                condition=~Q(kind=AlertKind.POSITIVE_TEST, resolution=Resolution.REMEASURED_NORMAL),
            ),
            models.UniqueConstraint(
                name="alert_one_open_per_checkin", fields=["checkin"], condition=OPEN
            ),
            models.UniqueConstraint(
                name="alert_one_open_per_test", fields=["labtest"], condition=OPEN
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="settled_alert_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "case",
                    "kind",
                    "temperature",
                    "raised_at",
                    "resolved_at",
                    "resolved_by",
                    "resolution",
                    "reading",
                    "note",
                ),
                func="""
                    IF OLD.resolved_at IS NOT NULL THEN
                        RAISE EXCEPTION 'alert % has been settled', OLD.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'settled_alert_stays';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="alert_settled_on_what_is_recorded",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("resolution"),
                condition=pgtrigger.Q(new__resolution__in=["mistaken", "test_negative"]),
                func=f"""
                    IF NEW.resolution = '{Resolution.MISTAKEN}' AND (
                        TG_OP = 'INSERT'
                        OR num_nonnulls(OLD.checkin_id, OLD.labtest_id, OLD.declaration_id) = 0
                        OR EXISTS (
                            SELECT 1 FROM returnees_checkin WHERE id = OLD.checkin_id
                                AND (temperature >= {FEVER} OR symptoms <> '{{}}')
                        )
                        OR EXISTS (
                            SELECT 1 FROM returnees_healthdeclaration WHERE id = OLD.declaration_id
                                AND (temperature >= {FEVER} OR symptoms <> '{{}}')
                        )
                        OR EXISTS (
                            SELECT 1 FROM returnees_labtest WHERE id = OLD.labtest_id
                                AND result = '{TestResult.POSITIVE}'
                        )
                    ) THEN
                        RAISE EXCEPTION 'what raised alert % stands', NEW.id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'alert_withdrawn_with_its_value';
                    END IF;
                    IF NEW.resolution = '{Resolution.TEST_NEGATIVE}'
                        AND NEW.kind = '{AlertKind.POSITIVE_TEST}'
                        AND NOT EXISTS (
                            SELECT 1 FROM returnees_labtest test
                            JOIN returnees_observation observed ON observed.id = test.observation_id
                            WHERE observed.case_id = NEW.case_id
                                AND test.result = '{TestResult.NEGATIVE}'
                                AND test.result_at > NEW.raised_at
                        )
                    THEN
                        RAISE EXCEPTION 'no test after alert % was negative', NEW.id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'alert_positive_test_was_repeated';
                    END IF;
                    RETURN NEW;
                """,
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

    @property
    def settled_as(self) -> list[Resolution]:
        """What may be found of an alert of this kind."""
        positive = self.kind == AlertKind.POSITIVE_TEST
        return [r for r in FOUND if not (positive and r is Resolution.REMEASURED_NORMAL)]

    @property
    def steps_left(self) -> list[AlertStepKind]:
        """The steps that nobody took yet; of an alert fetched with its steps."""
        taken = {step.kind for step in self.steps.all()}
        return [kind for kind in AlertStepKind if kind not in taken]

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

    def resolve(
        self,
        resolution: str,
        *,
        by: User,
        now: datetime,
        note: str = "",
        reading: Decimal | None = None,
    ) -> None:
        """Settle the alert; release is possible again.

        reading: °C, measured again. Raises AlertClosed if somebody settled it first,
        ReadingMissing, and NotNormal for what the records contradict.
        """
        with acting(by=by, now=now):
            locked = Alert.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if locked.resolved_at is None:
                locked.contradict(resolution, reading)
            won = Alert.objects.filter(OPEN, pk=self.pk).update(
                resolved_at=now, resolved_by=by, resolution=resolution, note=note, reading=reading
            )
        self.refresh_from_db()
        if not won:
            raise AlertClosed(_("This alert has already been settled."))

    def contradict(self, resolution: str, reading: Decimal | None) -> None:
        """Nothing happens where the alert may be settled so; raises as resolve() does."""
        normal = resolution == Resolution.REMEASURED_NORMAL
        if self.kind == AlertKind.FEVER and resolution in STAYS and reading is None:
            raise ReadingMissing(_("Please give the temperature that was measured again."))
        if normal and self.kind == AlertKind.POSITIVE_TEST:
            raise NotNormal(_("A positive test is not settled by a temperature."))
        if normal and reading is not None and is_fever(reading):
            raise NotNormal(_("This is a fever still: it can't be settled as normal."))
        if (
            resolution == Resolution.TEST_NEGATIVE
            and self.kind == AlertKind.POSITIVE_TEST
            and not self._was_tested_again()
        ):
            raise NotNormal(
                _("No later test was negative: please plan another test, and record its result.")
            )

    def _was_tested_again(self) -> bool:
        negative = LabTest.objects.filter(
            observation__case=self.case_id, result=TestResult.NEGATIVE
        )
        return negative.filter(result_at__gt=self.raised_at).exists()
