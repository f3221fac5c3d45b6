from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from houshayu.calendar import beijing_date
from houshayu.exceptions import Conflict
from houshayu.keeping import personal
from houshayu.models import HOME_KINDS, SITE_KINDS, Place, PlaceKind
from houshayu.privacy.fields import EncryptedTextField
from houshayu.privacy.masking import mask_phone, mask_phones_in_text
from policy import Decision, day_zero_after_contact, release_at, release_on
from policy.models import PolicyVersion
from returnees.keeping import CONTACT, DWELLING, JOURNEY, OBSERVING, OFFICE
from returnees.models.case_queries import OPEN, CaseQuerySet, Whereabouts
from returnees.models.people import Person

if TYPE_CHECKING:
    from houshayu.models import User
    from returnees.models.custody import Custody
    from returnees.models.observation import Observation


class CaseOutcome(models.TextChoices):
    RELEASED = "released", _("Released from observation")
    TRANSFERRED_OUT = "transferred_out", _("Transferred out")
    NO_SHOW = "no_show", _("Did not arrive")
    CONFIRMED = "confirmed", _("Confirmed case, in medical care")
    CANCELLED = "cancelled", _("Registered by mistake")


class ResidenceKind(models.TextChoices):
    OWNED = "owned", _("Owned")
    RENTED = "rented", _("Rented")
    EMPLOYER = "employer", _("Provided by the employer")
    RELATIVES = "relatives", _("Home of relatives or friends")
    HOTEL = "hotel", _("Hotel")
    NONE = "none", _("No fixed dwelling in Beijing")


class IntakeChannel(models.TextChoices):
    SELF = "self", _("Filled in by the person")
    PHONE = "phone", _("By phone")
    VISIT = "visit", _("At the door")
    HUB = "hub", _("At the hub")
    SWEEP = "sweep", _("Screening sweep")


class CaseClosed(Conflict):
    """The case was closed before this call."""


class CaseNotReady(Conflict):
    """The case can't be released yet; str() says what is missing."""


class ArrivalStands(Conflict):
    """The arrival can't be corrected; str() says why."""


class ContactToCome(Conflict):
    """The last contact with an infected person lies in the future."""


@pghistory.track()
class Case(models.Model):
    """One person's one return, from registration until it is closed with an outcome."""

    number = personal(OFFICE, models.CharField(_("Case number"), max_length=10, unique=True))
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="cases"
    )
    document = models.ForeignKey(
        "returnees.IdentityDocument", on_delete=models.PROTECT, related_name="cases"
    )
    # Section B: contact and dwelling
    community = models.ForeignKey(
        Place,
        verbose_name=_("Village or community"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="home_cases",
    )
    compound = personal(
        DWELLING, models.CharField(_("Housing compound"), max_length=80, blank=True)
    )
    building = personal(DWELLING, models.CharField(_("Building"), max_length=20, blank=True))
    unit = personal(DWELLING, models.CharField(_("Unit"), max_length=20, blank=True))
    room = personal(DWELLING, models.CharField(_("Room"), max_length=20, blank=True))
    residence_kind = personal(
        DWELLING, models.CharField(_("Dwelling"), max_length=10, choices=ResidenceKind)
    )
    # Encrypted whole: a phone number stands in the middle of the text.
    landlord_or_agent = personal(
        DWELLING,
        EncryptedTextField(
            _("Landlord or agent, phone"), mask=mask_phones_in_text, max_length=120, blank=True
        ),
    )
    emergency_contact_name = personal(
        CONTACT, models.CharField(_("Emergency contact in China"), max_length=80)
    )
    emergency_contact_phone = personal(
        CONTACT, EncryptedTextField(_("Emergency contact's phone"), mask=mask_phone, max_length=20)
    )
    emergency_contact_relation = personal(
        CONTACT, models.CharField(_("Emergency contact's relation"), max_length=40)
    )
    address_abroad = personal(
        JOURNEY, models.CharField(_("Address abroad, last 14 days"), max_length=200, blank=True)
    )
    # The arrival decides the policy and day 0; expected until somebody has seen the person.
    expected_arrival_at = personal(JOURNEY, models.DateTimeField(_("Arrival in Beijing")))
    arrived_at = personal(
        JOURNEY, models.DateTimeField(_("arrived in Beijing"), null=True, blank=True)
    )
    # A family travels, and is housed, as one request.
    travel_group = personal(
        JOURNEY, models.UUIDField(_("Travelling companions"), default=uuid.uuid4)
    )
    # Office part
    intake_channel = personal(
        OFFICE, models.CharField(_("Intake channel"), max_length=10, choices=IntakeChannel)
    )
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Staff member"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    badge_number = personal(OFFICE, models.CharField(_("Badge number"), max_length=20, blank=True))
    interpreter = personal(OFFICE, models.CharField(_("Interpreter"), max_length=80, blank=True))
    # Policy: what was decided, by which rule, from which facts
    policy = models.ForeignKey(
        PolicyVersion, verbose_name=_("policy"), on_delete=models.PROTECT, related_name="+"
    )
    decision = personal(OBSERVING, models.JSONField(_("decision"), default=dict))
    opened_at = personal(OFFICE, models.DateTimeField(_("registered")))
    closed_at = personal(OFFICE, models.DateTimeField(_("closed"), null=True, blank=True))
    outcome = personal(
        OFFICE, models.CharField(_("outcome"), max_length=16, choices=CaseOutcome, blank=True)
    )
    outcome_note = personal(OFFICE, models.CharField(_("note"), max_length=200, blank=True))

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        permissions = [
            ("release_case", "Can release a case"),
            ("close_case", "Can close a case without release"),
            ("print_case", "Can print the sheets of a case"),
            ("export_case", "Can export lists of cases"),
            ("view_dashboard", "Can see the dashboard"),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_number_form",
                condition=Q(number__regex=r"^HSY-[0-9A-HJKMNP-TV-Z]{6}$"),
            ),
            models.CheckConstraint(
                name="case_residence_known", condition=Q(residence_kind__in=ResidenceKind.values)
            ),
            models.CheckConstraint(
                name="case_intake_known", condition=Q(intake_channel__in=IntakeChannel.values)
            ),
            models.CheckConstraint(
                name="case_closed_iff_outcome",
                condition=Q(closed_at=None, outcome="")
                | Q(closed_at__isnull=False, outcome__in=CaseOutcome.values),
            ),
            models.UniqueConstraint(
                name="case_one_open_per_person", fields=["person"], condition=OPEN
            ),
        ]
        indexes = [
            models.Index(name="case_opened", fields=["opened_at", "id"]),
            models.Index(name="case_open", fields=["opened_at", "id"], condition=OPEN),
            models.Index(
                name="case_open_expected",
                fields=["expected_arrival_at", "id"],
                condition=OPEN & Q(arrived_at=None),
            ),
            models.Index(name="case_arrived", fields=["arrived_at"]),
            models.Index(name="case_closed", fields=["closed_at", "id"], condition=~OPEN),
            models.Index(name="case_travel_group", fields=["travel_group"]),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="released_only_when_complete",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("outcome", "closed_at"),
                func="PERFORM houshayu_check_release(NEW.id); RETURN NULL;",
            ),
            pgtrigger.Trigger(
                name="case_matches_its_custody",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("opened_at", "closed_at"),
                func="PERFORM houshayu_check_custody(NEW.id); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("returnees:case_detail", args=[self.number])

    @property
    def arrival_at(self) -> datetime:
        """When the person arrived in Beijing, or is expected to."""
        return self.arrived_at or self.expected_arrival_at

    if TYPE_CHECKING:
        # Of a case fetched with_holder(), for_rows() or with_in_hands().
        in_hands: bool | None
        whereabouts: str
        holding: Custody | None
        observed: Observation | None
        open_alerts: bool

    @property
    def whereabouts_label(self) -> str:
        """In words; of a case fetched with_holder()."""
        return str(Whereabouts(self.whereabouts).label)

    @property
    def dwelling(self) -> str:
        """To the door: compound, building, unit and room."""
        return " ".join(filter(None, [self.compound, self.building, self.unit, self.room]))

    @property
    def holder(self) -> Place | None:
        """The place that holds the case now; None once it is closed."""
        custody = self.custodies.open().select_related("place").first()
        return custody.place if custody else None

    @property
    def observation(self) -> Observation | None:
        """The observation that is going on."""
        return self.observations.open().first()

    def take_custody(self, place: Place, *, at: datetime) -> Custody:
        """The place that registers the case holds it first."""
        return self.custodies.create(place=place, started_at=at)

    @transaction.atomic
    def pass_to(self, place: Place, *, at: datetime, room: str = "") -> Custody:
        """End the present custody and begin the place's, at one instant, which is returned.

        A person taken over by a hub, hotel or hospital has arrived; at home their observation
        is one at home from then on. Only a handoff calls this. Raises CaseClosed.
        """
        current = self.custodies.open().select_for_update().first()
        if current is None:
            raise CaseClosed(_("This case is closed."))
        # The clocks of two hosts may differ; time in custody still goes forward.
        at = max(at, current.started_at + timedelta(microseconds=1))
        self.custodies.filter(pk=current.pk).update(ended_at=at)
        custody = self.custodies.create(place=place, started_at=at, room=room)
        if place.kind in SITE_KINDS:
            self.arrive(at=self.arrival_seen_at(at))
        self._observe_at(place, on=beijing_date(at))
        return custody

    def arrival_seen_at(self, moment: datetime) -> datetime:
        """When somebody who is seen at a moment must have arrived: as expected, or just now.

        Within half a day the announced time stands, so that a night at the hub does not move
        day 0; a flight that was later than that came now.
        """
        late = moment - self.expected_arrival_at > timedelta(hours=12)
        return moment if late else min(moment, self.expected_arrival_at)

    @transaction.atomic
    def arrive(self, *, at: datetime) -> None:
        """The person is in Beijing since then: the version in force decides, day 0 is its date.

        Nothing changes where the arrival is known already. Raises CaseClosed.
        """
        from returnees import decisions

        case = Case.objects.select_for_update(no_key=True).get(pk=self.pk)
        if case.closed_at:
            raise CaseClosed(_("This case is closed."))
        if case.arrived_at is None:
            case.arrived_at = at
            case.policy = decisions.version_for(at)
            case.save(update_fields=["arrived_at", "policy"])
            decision = decisions.decide_case(case)
            obligation = decision.obligations[0]
            case._begin_observation(
                obligation.kind, obligation.days, beijing_date(at), decision.nat_days
            )
        self.refresh_from_db()

    @transaction.atomic
    def correct_arrival(self, at: datetime | None, *, by: User, now: datetime, reason: str) -> None:
        """Correct when the person arrived in Beijing, and day 0 with it; None: not arrived yet.

        The version in force then decides, unless a coordinator chose another. What was measured
        keeps its calendar day. Raises CaseClosed, OutsideItsDays for a check-in before day 0, and
        ArrivalStands: for who has not arrived, whose days were counted anew or completed since,
        for a moment to come, and None for who was seen by a site or a check-in.
        """
        with pghistory.context(reason=reason, user=by.pk, at=now.isoformat()):
            case = Case.objects.select_for_update(no_key=True).get(pk=self.pk)
            if case.closed_at:
                raise CaseClosed(_("This case is closed."))
            if case.arrived_at is None:
                raise ArrivalStands(_("The person has not arrived yet: confirm the arrival."))
            # A round that is being written is waited for: somebody is seen by it.
            case.observations.open().select_for_update(no_key=True).first()
            if case.observations.exclude(end_reason__in=["", "corrected"]).exists():
                raise ArrivalStands(_("The days have been counted anew or completed since."))
            if at is None:
                case._undo_arrival(now)
            elif at > now:
                raise ArrivalStands(_("This moment is in the future."))
            else:
                case._move_arrival(at, now)
        self.refresh_from_db()

    def _undo_arrival(self, now: datetime) -> None:
        from returnees import decisions

        observation, holder = self.observation, self.holder
        if holder and holder.kind in SITE_KINDS:
            raise ArrivalStands(gettext("The person is at %(place)s.") % {"place": holder})
        if observation and observation.checkins.exists():
            raise ArrivalStands(_("The person has been seen: there are check-ins."))
        self._end_observation("corrected", now=now)
        self.arrived_at = None
        self.policy = decisions.version_for(self.expected_arrival_at)
        self.save(update_fields=["arrived_at", "policy"])
        decisions.decide_case(self)

    def _move_arrival(self, at: datetime, now: datetime) -> None:
        from returnees import decisions

        old = self.observation
        assert old is not None and self.arrived_at is not None
        if self.policy == decisions.version_for(self.arrived_at):
            self.policy = decisions.version_for(at)
        self.arrived_at = at
        self.save(update_fields=["arrived_at", "policy"])
        if old.started_on == beijing_date(at):
            decisions.decide_case(self)
            return
        self._end_observation("corrected", now=now)
        decision = decisions.decide_case(self)
        obligation = decision.obligations[0]
        holder = self.holder
        assert holder is not None
        lodged = holder.kind == PlaceKind.HOTEL or (
            holder.kind in HOME_KINDS and old.kind == "home"
        )
        monitored = "health_monitoring" in (old.kind, obligation.kind)
        kind = old.kind if lodged and not monitored else obligation.kind
        new = self._begin_observation(kind, obligation.days, beijing_date(at), [])
        old.move_records_to(new, decision.nat_days)
        self.follow(decision, way_home_opened=False)

    def _begin_observation(
        self, kind: str, days: int, started_on: date, nat_days: Iterable[int]
    ) -> Observation:
        observation = self.observations.create(
            kind=kind, policy=self.policy, started_on=started_on, days=days
        )
        for day in nat_days:
            observation.labtests.create(due_on=started_on + timedelta(days=day))
        return observation

    def _observe_at(self, place: Place, *, on: date) -> None:
        """Let the kind of observation follow the place; the count of days goes on."""
        observation = self.observation
        if observation is None or observation.day_number(on) >= observation.days:
            return
        if place.kind in HOME_KINDS and observation.kind == "centralized":
            self.observations.filter(pk=observation.pk).update(kind="home")
        elif place.kind == PlaceKind.HOTEL and observation.kind == "home":
            self.observations.filter(pk=observation.pk).update(kind="centralized")

    @transaction.atomic
    def assess(
        self,
        result: str,
        *,
        community_assessor: str,
        health_assessor: str,
        reason: str,
        by: User,
        now: datetime,
    ) -> None:
        """Two assessors approve or reject the request for home observation; decided again.

        A rejection needs a reason. Raises CaseClosed.
        """
        from returnees import decisions

        case = Case.objects.select_for_update(no_key=True).get(pk=self.pk)
        if case.closed_at:
            raise CaseClosed(_("This case is closed."))
        request = case.request
        request.assessment_result = result
        request.assessment_reason = reason
        request.community_assessor = community_assessor
        request.health_assessor = health_assessor
        request.assessed_at, request.assessed_by = now, by
        request.save()
        decisions.decide_case(case)
        self.refresh_from_db()

    def reasons_not_home(self, now: datetime) -> list[Promise]:
        """Why the person may not be handed over to their home now; empty if they may."""
        from returnees import decisions

        if not self._is_to_stay_in(now):
            return []
        decision = self.policy.decide(decisions.facts_of(self))
        if self._is_counted_anew() or not decision.home_eligible:
            return [_("The policy asks for centralized observation until its last day.")]
        return [decisions.WAITING[name] for name in decision.waiting_for]

    def lacks_commitment(self, now: datetime) -> bool:
        """Whether the person is, or would be, observed at home without having promised to stay.

        They sign the commitment letter at the gate (domain rules 2.1, step 5b, and 2.7).
        """
        return self._is_to_stay_in(now) and self.request.commitment_signed_at is None

    def _is_to_stay_in(self, now: datetime) -> bool:
        """Whether days of observation remain, in a hotel or at home."""
        observation = self.observation
        return (
            observation is not None
            and observation.kind != "health_monitoring"
            and observation.day_number(beijing_date(now)) < observation.days
        )

    @transaction.atomic
    def sign_commitment(self, *, at: datetime) -> None:
        """The person has signed the commitment letter; the first time stands.

        Raises CaseClosed.
        """
        case = Case.objects.select_for_update(no_key=True).get(pk=self.pk)
        if case.closed_at:
            raise CaseClosed(_("This case is closed."))
        if case.request.commitment_signed_at is None:
            case.request.commitment_signed_at = at
            case.request.save(update_fields=["commitment_signed_at"])

    def reasons_not_released(self, now: datetime) -> list[Promise]:
        """What is missing before the case can be released; empty on the day it can."""
        observation = self.observation
        if observation is None:
            return [_("The person is not under observation.")]
        reasons: list[Promise] = []
        if now < release_at(observation.started_on, observation.days):
            reasons.append(_("The days of observation are not complete."))
        if self.alerts.open().exists():
            reasons.append(_("An alert is not settled."))
        last = observation.checkins.order_by("-day", "slot").first()
        if last is None:
            reasons.append(_("There is no check-in."))
        elif (
            last.needs_alert
            and not self.alerts.filter(checkin=last, resolved_at__isnull=False).exists()
        ):
            reasons.append(_("The last check-in was not normal."))
        test = observation.labtests.due(beijing_date(now)).last()
        if test and test.result == "positive":
            reasons.append(_("The last nucleic acid test was positive: please plan another."))
        elif (
            self.decision.get("release_needs_negative_test")
            and not (test and test.result == "negative")
            and observation.kind != "health_monitoring"
        ):
            reasons.append(_("The negative result of the last nucleic acid test is missing."))
        if self.handoffs.filter(status="offered").exists():
            reasons.append(_("A handoff is waiting for its answer."))
        return reasons

    @transaction.atomic
    def release(self, *, by: User, now: datetime) -> Observation:
        """The observation is complete; the next obligation begins, or the case is closed.

        Returns the observation that ended. Raises CaseNotReady with all that is missing, and
        CaseClosed if somebody released or closed the case first.
        """
        case = Case.objects.select_for_update(no_key=True).get(pk=self.pk)
        if case.closed_at:
            raise CaseClosed(_("This case is closed."))
        # A round that is being written is waited for: it may bring a fever. Writing its alert,
        # it takes a key share of the case, which a lock without the key lets it have.
        case.observations.open().select_for_update(no_key=True).first()
        if reasons := case.reasons_not_released(now):
            raise CaseNotReady(" ".join(str(reason) for reason in reasons))
        ended = case.observation
        assert ended is not None
        case._end_observation("completed", now=now)
        following = case.decision["obligations"][case._obligations_met() :]
        if following:
            case._begin_observation(
                following[0]["kind"], following[0]["days"], ended.release_on, []
            )
        else:
            case._close(CaseOutcome.RELEASED, now=now)
        self.refresh_from_db()
        ended.refresh_from_db()
        return ended

    @transaction.atomic
    def close(self, outcome: str, *, by: User, now: datetime, note: str) -> None:
        """Close the case without release: moved away, not arrived, confirmed, or a mistake.

        Raises CaseClosed, and CaseNotReady while a handoff waits for its answer.
        """
        case = Case.objects.select_for_update(no_key=True).get(pk=self.pk)
        if case.closed_at:
            raise CaseClosed(_("This case is closed."))
        if case.handoffs.filter(status="offered").exists():
            raise CaseNotReady(_("A handoff is waiting for its answer."))
        reason = {
            CaseOutcome.CONFIRMED: "confirmed",
            CaseOutcome.TRANSFERRED_OUT: "transferred_out",
        }.get(CaseOutcome(outcome), "cancelled")
        case._end_observation(reason, now=now)
        case._close(outcome, now=now, note=note)
        self.refresh_from_db()

    @transaction.atomic
    def restart(self, *, at: datetime, last_contact_on: date | None = None) -> Observation:
        """Count the days anew for a close contact, or for who left home without leave.

        last_contact_on: the last contact with an infected person, whose date is day 0 then.
        Without it the rule in force at the moment decides: since 16 April 2020 the date of the
        move is day 0, before it the count goes on. Under health monitoring it is the observation
        itself that begins anew. Raises CaseClosed if nothing is observed, and ContactToCome.
        """
        from returnees import decisions

        if last_contact_on and last_contact_on > beijing_date(at):
            raise ContactToCome(_("This day is in the future."))
        case = Case.objects.select_for_update(no_key=True).get(pk=self.pk)
        observation = case.observation
        if case.closed_at or observation is None:
            raise CaseClosed(_("This case is not under observation."))
        usual = case.policy.usual
        days = usual.obligations[0].days
        monitored = observation.kind == "health_monitoring"
        if last_contact_on and monitored:
            day_zero = last_contact_on
            if release_on(day_zero, days) <= beijing_date(at):
                return observation
        elif last_contact_on:
            day_zero = day_zero_after_contact(observation.started_on, last_contact_on)
        else:
            version = decisions.version_for(at)
            day_zero = version.day_zero_after_violation(observation.started_on, beijing_date(at))
        if day_zero == observation.started_on and not (last_contact_on and monitored):
            case.observations.filter(pk=observation.pk).update(kind="centralized")
            observation.refresh_from_db()
            return observation
        case._end_observation("restarted", now=at)
        return case._begin_observation(
            "centralized", days, day_zero, case.decision["nat_days"] or usual.nat_days
        )

    @transaction.atomic
    def change_policy(self, version: PolicyVersion, *, by: User, reason: str) -> None:
        """Let another version decide for somebody already under observation.

        Which of two versions applies to them was not published: it is the one at arrival until
        a coordinator says otherwise, with a reason, which the history keeps. Raises CaseClosed
        for who is not under observation: the arrival chooses the version anyhow.
        """
        from returnees import decisions

        with pghistory.context(reason=reason, user=by.pk):
            case = Case.objects.select_for_update(no_key=True).get(pk=self.pk)
            if case.observation is None:
                raise CaseClosed(_("This case is not under observation."))
            case.policy = version
            decisions.decide_case(case)
        self.refresh_from_db()

    def follow(self, decision: Decision, *, way_home_opened: bool) -> None:
        """The observation that is going on is what the case's decision asks for by now.

        Its days and tests are the decision's, unless the count was started again since. Between
        hotel and home the kind follows the place, for somebody at home when their way home opens.
        """
        observation = self.observation
        if observation is None:
            return
        met = self._obligations_met()
        if met >= len(decision.obligations):
            return
        if self._is_counted_anew():
            return
        obligation, kind = decision.obligations[met], observation.kind
        opened = way_home_opened and self.holder and self.holder.kind in HOME_KINDS
        if opened or "health_monitoring" in (kind, obligation.kind):
            kind = obligation.kind
        if (kind, obligation.days) != (observation.kind, observation.days):
            self.observations.filter(pk=observation.pk).update(kind=kind, days=obligation.days)
        if met == 0:
            due = {observation.started_on + timedelta(days=day) for day in decision.nat_days}
            for day in sorted(due - set(observation.labtests.values_list("due_on", flat=True))):
                observation.labtests.create(due_on=day)

    def _is_counted_anew(self) -> bool:
        """Whether the days that go on are those of a contact or a violation, all in a hotel."""
        last = self.observations.exclude(end_reason="").order_by("pk").last()
        return last is not None and last.end_reason == "restarted"

    def _obligations_met(self) -> int:
        """How many of the decision's obligations are complete, since the count last began."""
        reasons = list(self.observations.order_by("pk").values_list("end_reason", flat=True))
        since = reasons[::-1].index("restarted") if "restarted" in reasons else len(reasons)
        return reasons[len(reasons) - since :].count("completed")

    def _end_observation(self, reason: str, *, now: datetime) -> None:
        self.observations.open().update(ended_at=now, ended_on=beijing_date(now), end_reason=reason)

    def _close(self, outcome: str, *, now: datetime, note: str = "") -> None:
        current = self.custodies.open().get()
        now = max(now, current.started_at + timedelta(microseconds=1))
        self.custodies.filter(pk=current.pk).update(ended_at=now)
        Case.objects.filter(pk=self.pk).update(closed_at=now, outcome=outcome, outcome_note=note)
