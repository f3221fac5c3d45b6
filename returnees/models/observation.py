from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from houshayu.exceptions import Conflict
from houshayu.keeping import personal
from houshayu.models import Place
from policy import check_in_slots
from policy.models import PolicyVersion
from returnees.keeping import HEALTH, OBSERVING
from returnees.models.cases import Case
from returnees.models.custody import Custody
from returnees.models.health import (
    COLDEST,
    HOTTEST,
    Symptom,
    TemperatureMethod,
    in_range,
    needs_alert,
    symptoms_field,
)

if TYPE_CHECKING:
    from houshayu.models import User

OPEN = Q(ended_at=None)


class ObservationKind(models.TextChoices):
    CENTRALIZED = "centralized", _("Centralized observation")
    HOME = "home", _("Home observation")
    HEALTH_MONITORING = "health_monitoring", _("Community health monitoring")


class EndReason(models.TextChoices):
    COMPLETED = "completed", _("Days complete")
    RESTARTED = "restarted", _("Count started again")
    CORRECTED = "corrected", _("Arrival corrected")
    CONFIRMED = "confirmed", _("Confirmed case, in medical care")
    TRANSFERRED_OUT = "transferred_out", _("Transferred out")
    CANCELLED = "cancelled", _("Case cancelled")


class OutsideItsDays(Conflict):
    """A check-in would lie on no day of the observation; str() names it."""


class ObservationQuerySet(models.QuerySet["Observation"]):
    def open(self) -> ObservationQuerySet:
        return self.filter(OPEN)

    def held_by(self, user: User, permission: str) -> ObservationQuerySet:
        """Open observations of cases in the hands of the user's places."""
        places = Place.objects.covered_by(user, permission)
        holding = Custody.objects.open().filter(case=OuterRef("case"), place__in=places)
        return self.filter(OPEN, Exists(holding))

    def due_for_release(self, on: date) -> ObservationQuerySet:
        """Open observations whose last day is the given one or an earlier one."""
        return self.filter(OPEN, release_on__lte=on)


@pghistory.track()
class Observation(models.Model):
    """An obligation of so many days of one kind, counted in calendar days of Asia/Shanghai.

    The day of arrival is day 0 and the release day is day `days`. Moving between hotel and home
    changes the kind and not the count; a restart ends this observation and begins another.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="observations")
    kind = personal(OBSERVING, models.CharField(_("kind"), max_length=17, choices=ObservationKind))
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    started_on = personal(OBSERVING, models.DateField(_("day 0")))
    days = personal(OBSERVING, models.PositiveSmallIntegerField(_("days")))
    release_on = personal(
        OBSERVING,
        models.GeneratedField(
            expression=F("started_on") + F("days"),
            output_field=models.DateField(_("release day")),
            db_persist=True,
        ),
    )
    ended_at = personal(OBSERVING, models.DateTimeField(_("ended"), null=True, blank=True))
    ended_on = personal(OBSERVING, models.DateField(null=True, blank=True, editable=False))
    end_reason = personal(
        OBSERVING, models.CharField(_("reason"), max_length=16, choices=EndReason, blank=True)
    )

    objects = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="observation_kind_known", condition=Q(kind__in=ObservationKind.values)
            ),
            models.CheckConstraint(
                name="observation_ended_iff_reason",
                condition=Q(ended_at=None, ended_on=None, end_reason="")
                | Q(
                    ended_at__isnull=False,
                    ended_on__isnull=False,
                    end_reason__in=EndReason.values,
                ),
            ),
            models.CheckConstraint(
                name="observation_complete_only_after_its_days",
                condition=~Q(end_reason=EndReason.COMPLETED)
                | Q(ended_on__gte=F("started_on") + F("days")),
            ),
            models.CheckConstraint(
                name="observation_days_range", condition=Q(days__gte=1, days__lte=60)
            ),
            models.UniqueConstraint(
                name="observation_one_open_per_case", fields=["case"], condition=OPEN
            ),
        ]
        indexes = [
            models.Index(name="observation_open", fields=["release_on", "case"], condition=OPEN),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="observation_matches_its_case",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    PERFORM houshayu_check_release(coalesce(NEW.case_id, OLD.case_id));
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.started_on}–{self.release_on}"

    if TYPE_CHECKING:
        # Of an observation fetched with rounds.round_list().
        checked: bool
        room: str
        floor: str
        place_id: int

    def day_number(self, on: date) -> int:
        """Which day of the observation the date is; negative before it starts."""
        return (on - self.started_on).days

    def move_records_to(self, other: Observation, nat_days: Sequence[int]) -> None:
        """Check-ins and taken tests belong to the other, which has none yet.

        A check-in keeps its calendar day; a test of one of the nat_days stays the test of that
        day. Raises OutsideItsDays.
        """
        slots = set(check_in_slots(other.days))
        shift = other.day_number(self.started_on)
        for checkin in self.checkins.all():
            if (checkin.day + shift, checkin.slot) not in slots:
                raise OutsideItsDays(
                    _("The check-in of %(day)s, %(slot)s, would lie on no day of the observation.")
                    % {
                        "day": date_format(self.started_on + timedelta(days=checkin.day)),
                        "slot": checkin.get_slot_display(),
                    }
                )
        self.checkins.update(observation=other, day=F("day") + shift)
        taken = self.labtests.filter(sampled_at__isnull=False).order_by("due_on")
        shifted = {test.pk: self.day_number(test.due_on) in nat_days for test in taken}
        occupied: set[date] = set()
        for test in sorted(taken, key=lambda test: not shifted[test.pk]):
            if shifted[test.pk]:
                test.due_on -= timedelta(days=shift)
            while test.due_on in occupied:
                test.due_on += timedelta(days=1)
            occupied.add(test.due_on)
            test.observation = other
            test.save(update_fields=["observation", "due_on"])

    @transaction.atomic
    def plan_test(self, on: date) -> LabTest:
        """A nucleic acid test beside those of the policy, as after a positive one.

        Raises LabTestClosed if the observation has ended, or a test of that day is there already.
        """
        observation = Observation.objects.select_for_update(no_key=True).get(pk=self.pk)
        if observation.ended_at:
            raise LabTestClosed(_("This observation has ended."))
        if observation.labtests.filter(due_on=on).exists():
            raise LabTestClosed(_("A test is planned for this day already."))
        return observation.labtests.create(due_on=on)


class Slot(models.TextChoices):
    MORNING = "morning", _("Morning")
    EVENING = "evening", _("Evening")


class Channel(models.TextChoices):
    STAFF = "staff", _("Measured by staff")
    WECHAT = "wechat", _("WeChat")
    PHONE = "phone", _("Phone")
    SMS = "sms", _("Text message")


@pghistory.track(pghistory.UpdateEvent(row="OLD"), pghistory.DeleteEvent())
class CheckIn(models.Model):
    """One temperature check of one observation day, morning or evening (每日早晚两次测温)."""

    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="checkins")
    day = personal(HEALTH, models.PositiveSmallIntegerField(_("day of observation")))
    slot = personal(HEALTH, models.CharField(_("slot"), max_length=7, choices=Slot))
    temperature = personal(
        HEALTH,
        models.DecimalField(
            _("Body temperature (°C)"), max_digits=3, decimal_places=1, validators=in_range
        ),
    )
    method = personal(
        HEALTH,
        models.CharField(
            _("Method"), max_length=8, choices=TemperatureMethod, default=TemperatureMethod.AXILLARY
        ),
    )
    symptoms = personal(HEALTH, symptoms_field(_("Symptoms")))
    channel = personal(
        HEALTH, models.CharField(_("channel"), max_length=6, choices=Channel, default=Channel.STAFF)
    )
    taken_at = personal(HEALTH, models.DateTimeField(_("taken at")))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering = ["day", "-slot"]
        permissions = [("record_checkin", "Can record check-ins")]
        constraints = [
            models.UniqueConstraint(
                name="checkin_one_per_day_and_slot", fields=["observation", "day", "slot"]
            ),
            models.CheckConstraint(name="checkin_slot_known", condition=Q(slot__in=Slot.values)),
            models.CheckConstraint(
                name="checkin_method_known", condition=Q(method__in=TemperatureMethod.values)
            ),
            models.CheckConstraint(
                name="checkin_channel_known", condition=Q(channel__in=Channel.values)
            ),
            models.CheckConstraint(
                name="checkin_symptoms_known",
                condition=Q(symptoms__contained_by=Symptom.values),
            ),
            models.CheckConstraint(
                name="checkin_temperature_range",
                condition=Q(temperature__gte=COLDEST, temperature__lte=HOTTEST),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="checkin_on_a_day_of_its_observation",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("day", "slot", "observation_id"),
                declare=[("last_day", "smallint")],
                # Day 0 has its evening and the last day its morning: 28 for fourteen days.
                func="""
                    SELECT days INTO last_day
                        FROM returnees_observation WHERE id = NEW.observation_id;
                    IF NEW.day > last_day
                        OR (NEW.day = 0 AND NEW.slot = 'morning')
                        OR (NEW.day = last_day AND NEW.slot = 'evening')
                    THEN
                        RAISE EXCEPTION 'observation % has no slot % on day %',
                            NEW.observation_id, NEW.slot, NEW.day
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'checkin_on_a_day_of_its_observation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.get_slot_display()}: {self.temperature} °C"

    @property
    def needs_alert(self) -> bool:
        return needs_alert(self.temperature, self.symptoms)


class TestResult(models.TextChoices):
    PENDING = "pending", _("Waiting for the result")
    NEGATIVE = "negative", _("Negative")
    POSITIVE = "positive", _("Positive")


class LabTestClosed(Conflict):
    """Somebody recorded the result, or planned the test, before this call did."""


class LabTestQuerySet(models.QuerySet["LabTest"]):
    def due(self, on: date) -> LabTestQuerySet:
        """Tests planned for the day or an earlier one, the last planned last."""
        return self.filter(due_on__lte=on).order_by("due_on")

    def planned(self) -> LabTestQuerySet:
        """Tests of open observations for which no sample was taken yet."""
        return self.filter(sampled_at=None, observation__ended_at=None)

    def held_by(self, user: User, permission: str) -> LabTestQuerySet:
        """Tests of open observations of cases in the hands of the user's places."""
        return self.filter(observation__in=Observation.objects.held_by(user, permission))


@pghistory.track()
class LabTest(models.Model):
    """One nucleic acid test (NAT) that the policy asks for, from its plan to its result."""

    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="labtests")
    due_on = personal(HEALTH, models.DateField(_("planned for")))
    sampled_at = personal(HEALTH, models.DateTimeField(_("sample taken"), null=True, blank=True))
    result = personal(
        HEALTH,
        models.CharField(_("result"), max_length=8, choices=TestResult, default=TestResult.PENDING),
    )
    result_at = personal(HEALTH, models.DateTimeField(_("result known"), null=True, blank=True))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = LabTestQuerySet.as_manager()

    class Meta:
        verbose_name = _("nucleic acid test")
        verbose_name_plural = _("nucleic acid tests")
        ordering = ["due_on", "pk"]
        permissions = [("record_labtest", "Can record nucleic acid tests")]
        constraints = [
            models.CheckConstraint(
                name="labtest_result_known", condition=Q(result__in=TestResult.values)
            ),
            models.CheckConstraint(
                name="labtest_result_after_sample",
                condition=Q(result=TestResult.PENDING, result_at=None)
                | Q(
                    result__in=[TestResult.NEGATIVE, TestResult.POSITIVE],
                    result_at__isnull=False,
                    sampled_at__isnull=False,
                    recorded_by__isnull=False,
                ),
            ),
            models.UniqueConstraint(name="labtest_once_a_day", fields=["observation", "due_on"]),
        ]
        indexes = [
            models.Index(
                name="labtest_pending",
                fields=["due_on", "observation"],
                condition=Q(result="pending"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.due_on}: {self.get_result_display()}"

    @transaction.atomic
    def record(self, result: str, *, by: User, now: datetime) -> None:
        """The sample is taken, and its result known unless it is pending.

        A positive result raises an alert. Raises LabTestClosed if a result is recorded already.
        """
        from returnees import alerting, decisions

        # The case before the test: what is decided of it anew must not undo what somebody else
        # has just decided.
        cases = Case.objects.select_for_update(no_key=True, of=("self",))
        case = cases.get(observations__labtests=self.pk)
        test = LabTest.objects.select_for_update().get(pk=self.pk)
        if test.result != TestResult.PENDING:
            raise LabTestClosed(_("The result of this test is already recorded."))
        test.sampled_at = test.sampled_at or now
        test.recorded_by = by
        test.result = result
        test.result_at = None if result == TestResult.PENDING else now
        test.save()
        if result == TestResult.POSITIVE:
            alerting.raise_for_test(test, now=now)
        decisions.decide_case(case)
        self.refresh_from_db()
