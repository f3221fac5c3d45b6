"""Coming into somebody's hands, and into Beijing: the arrival decides the policy and day 0."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.calendar import beijing_date
from houshayu.exceptions import Conflict
from houshayu.models import HOME_KINDS, SITE_KINDS, Place, PlaceKind
from policy import ObservationKind, Slot, check_in_slots
from returnees import decisions, observing
from returnees.models import VOID, Case, CheckIn, Custody, EndReason, LabTest, Observation

if TYPE_CHECKING:
    from houshayu.models import User

# Within this time after the announced one, somebody who is seen came as announced.
LATE_AFTER = timedelta(hours=12)


class ArrivalStands(Conflict):
    """The arrival can't be corrected; str() says why."""


class OutsideItsDays(Conflict):
    """A check-in would lie on no day of the observation; str() names it."""


def take_over(case: Case, place: Place, *, by: User, now: datetime, room: str = "") -> Custody:
    """End the present custody and begin the place's, at one instant.

    A person taken over by a hub, hotel or hospital has arrived; at home their observation is one
    at home from then on. Only a handoff calls this. Raises CaseClosed.
    """
    with acting(by=by, now=now):
        Case.objects.lock_open(case)
        custody = Custody.objects.pass_on(case, place, at=now, room=room)
        if place.kind in SITE_KINDS:
            arrive(case, at=seen_at(case, custody.started_at), by=by, now=now)
        observing.follow_place(case, place, on=beijing_date(custody.started_at))
    return custody


def seen_at(case: Case, moment: datetime) -> datetime:
    """When somebody who is seen at a moment must have arrived: as expected, or just now.

    Within half a day the announced time stands, so that a night at the hub does not move day 0;
    a flight that was later than that came now.
    """
    late = moment - case.expected_arrival_at > LATE_AFTER
    return moment if late else min(moment, case.expected_arrival_at)


def arrive(case: Case, *, at: datetime, by: User, now: datetime) -> None:
    """The person is in Beijing since `at`: the version in force decides, day 0 is its date.

    Nothing changes where the arrival is known already. Raises CaseClosed.
    """
    with acting(by=by, now=now):
        locked = Case.objects.lock_open(case)
        if locked.arrived_at is None:
            locked.arrived_at = at
            locked.policy = decisions.version_for(at)
            locked.save(update_fields=["arrived_at", "policy"])
            decision = observing.decide_again(locked)
            observing.begin(
                locked,
                decision.obligations[0],
                on=beijing_date(at),
                nat_days=decision.nat_days,
            )
    case.refresh_from_db()


def correct(case: Case, at: datetime | None, *, by: User, now: datetime, reason: str) -> None:
    """Correct when the person arrived in Beijing, and day 0 with it; None: not arrived yet.

    The version in force then decides, unless a coordinator chose another. What was measured keeps
    its calendar day. Raises CaseClosed, OutsideItsDays for a check-in before day 0, and
    ArrivalStands: for somebody who has not arrived, whose days have since been restarted or
    completed, for a moment to come, and None for somebody whom a site or a check-in has seen.
    """
    with acting(by=by, now=now, reason=reason):
        locked = Case.objects.lock_open(case)
        if locked.arrived_at is None:
            raise ArrivalStands(_("The person has not arrived yet: confirm the arrival."))
        Observation.objects.lock_current_of(locked)
        if locked.observations.exclude(end_reason__in=["", *VOID]).exists():
            raise ArrivalStands(_("The days have since been restarted or completed."))
        if at is None:
            _undo(locked, now=now)
        elif at > now:
            raise ArrivalStands(_("This time is in the future."))
        else:
            _move(locked, at, now=now)
    case.refresh_from_db()


def _undo(case: Case, *, now: datetime) -> None:
    holder = Custody.objects.holder_of(case)
    if holder and holder.kind in SITE_KINDS:
        raise ArrivalStands(gettext("The person is at %(place)s.") % {"place": holder})
    if CheckIn.objects.filter(observation__case=case, observation__ended_at=None).exists():
        raise ArrivalStands(_("The person has been seen: there are check-ins."))
    Observation.objects.end(case, EndReason.CORRECTED, now=now)
    case.arrived_at = None
    case.policy = decisions.version_for(case.expected_arrival_at)
    case.save(update_fields=["arrived_at", "policy"])
    observing.decide_again(case)


def _move(case: Case, at: datetime, *, now: datetime) -> None:
    old = Observation.objects.open().get(case=case)
    assert case.arrived_at is not None
    if case.policy == decisions.version_for(case.arrived_at):
        case.policy = decisions.version_for(at)
    case.arrived_at = at
    case.save(update_fields=["arrived_at", "policy"])
    if old.started_on == beijing_date(at):
        observing.decide_again(case)
        return
    Observation.objects.end(case, EndReason.CORRECTED, now=now)
    decision = observing.decide_again(case)
    obligation = decision.obligations[0]
    kind = _kind_after(case, ObservationKind(old.kind), obligation.kind)
    new = observing.begin(case, obligation, on=beijing_date(at), nat_days=(), kind=kind)
    _move_records(old, new, decision.nat_days)
    observing.follow(case, way_home_opened=False)


def _kind_after(case: Case, old: ObservationKind, decided: ObservationKind) -> ObservationKind:
    """The kind of observation after a correction: as lived where the person is lodged."""
    holder = Custody.objects.holder_of(case)
    lodged = holder is not None and (
        holder.kind == PlaceKind.HOTEL
        or (holder.kind in HOME_KINDS and old is ObservationKind.HOME)
    )
    return old if lodged and old.stays_in and decided.stays_in else decided


def _move_records(old: Observation, new: Observation, nat_days: Sequence[int]) -> None:
    """Check-ins and taken tests belong to the new observation, which has none yet.

    A check-in keeps its calendar day; a test of one of the nat_days stays the test of that day.
    Raises OutsideItsDays.
    """
    slots = set(check_in_slots(new.days))
    shift = new.day_number(old.started_on)
    for checkin in old.checkins.all():
        if (checkin.day + shift, Slot(checkin.slot)) not in slots:
            raise OutsideItsDays(
                _("The check-in of %(day)s, %(slot)s, would fall outside the observation.")
                % {
                    "day": date_format(old.started_on + timedelta(days=checkin.day)),
                    "slot": checkin.get_slot_display(),
                }
            )
    old.checkins.update(observation=new, day=F("day") + shift)
    taken = old.labtests.filter(sampled_at__isnull=False).order_by("due_on")
    moved = {test.pk: old.day_number(test.due_on) in nat_days for test in taken}
    occupied: set[date] = set()
    for test in sorted(taken, key=lambda test: not moved[test.pk]):
        if moved[test.pk]:
            test.due_on -= timedelta(days=shift)
        while test.due_on in occupied:
            test.due_on += timedelta(days=1)
        occupied.add(test.due_on)
        LabTest.objects.filter(pk=test.pk).update(observation=new, due_on=test.due_on)
