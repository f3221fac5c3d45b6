"""Coming into somebody's hands, and into Beijing: the arrival decides the policy and day 0."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.calendar import BEIJING, beijing_date
from houshayu.exceptions import Conflict
from houshayu.models import HOME_KINDS, SITE_KINDS, Place, PlaceKind
from policy import ObservationKind, Slot, check_in_slots, release_on
from returnees import arrival_time, decisions, observing
from returnees.arrival_time import Doubt, Way
from returnees.models import (
    VOID,
    Case,
    CheckIn,
    Custody,
    EndReason,
    Journey,
    LabTest,
    Observation,
    TransitPoint,
)

if TYPE_CHECKING:
    from houshayu.models import User


class ArrivalRefused(Conflict):
    """Nobody can have arrived then; str() says why."""


class ArrivalDoubted(Conflict):
    """The moment of arrival does not fit the journey; whoever is sure says so. str() says why."""


class ArrivalStands(Conflict):
    """The arrival can't be corrected; str() says why."""


class OutsideItsDays(Conflict):
    """A check-in would lie on no day of the observation; str() names it."""


def take_over(
    case: Case,
    place: Place,
    *,
    by: User,
    now: datetime,
    arrived_at: datetime | None = None,
    sure: bool = False,
) -> Custody:
    """End the present custody and begin the place's, at one instant.

    A person taken over by a hub, hotel or hospital has arrived, as arrive() takes arrived_at and
    sure; at home their observation is one at home from then on. Only a handoff calls this.
    Raises CaseClosed, ArrivalRefused and ArrivalDoubted.
    """
    with acting(by=by, now=now):
        Case.objects.lock_open(case)
        custody = Custody.objects.pass_on(case, place, at=now)
        if place.kind in SITE_KINDS:
            arrive(case, at=arrived_at, by=by, now=now, sure=sure)
        observing.follow_place(case, place, on=beijing_date(custody.started_at))
    return custody


def way_of(case: Case, journey: Journey, transits: Iterable[TransitPoint]) -> Way:
    """What the form of a case says of its journey's end."""
    return Way(expected_at=case.expected_arrival_at, left_at=journey.left_at(transits))


def check_moment(
    case: Case, at: datetime, *, now: datetime, sure: bool, unseen: bool = True
) -> None:
    """The person can have arrived at the moment, and somebody is sure of it where it is odd.

    unseen: as arrival_time.doubts takes it. Raises ArrivalRefused, and ArrivalDoubted.
    """
    way = way_of(case, case.journey, case.journey.transits.all())
    found = arrival_time.doubts(at, way, now=now, unseen=unseen)
    refuse_outside(found, way)
    if found and not sure:
        sentences = [doubt_text(doubt, way) for doubt in found]
        raise ArrivalDoubted(" ".join([*sentences, day_zero_text(case, at)]))


def refuse_outside(found: Sequence[Doubt], way: Way) -> None:
    """Raises ArrivalRefused where nobody can have arrived then."""
    if arrival_time.refused(found):
        raise ArrivalRefused(" ".join(doubt_text(doubt, way) for doubt in found))


def doubt_text(doubt: Doubt, way: Way) -> str:
    """What speaks against a moment of arrival, in a sentence."""
    sentence = {
        Doubt.TO_COME: _("This time is in the future."),
        Doubt.ON_THE_WAY: _("The person was still on the way then: until %(left)s at least."),
        Doubt.LONG_BEFORE: _(
            "More than %(before)d days before the expected arrival (%(expected)s): "
            "please correct the journey in the form first."
        ),
        Doubt.LONG_AFTER: _(
            "More than %(after)d days after the expected arrival (%(expected)s): "
            "please correct the journey in the form first."
        ),
        Doubt.EARLY: _("This is before the expected arrival (%(expected)s)."),
        Doubt.LATE: _("This is long after the expected arrival (%(expected)s)."),
        Doubt.UNSEEN: _("Nobody has met the person for more than %(hours)d hours since then."),
        Doubt.ANOTHER_DAY: _("This is another day than that of the expected arrival."),
    }[doubt]
    return str(sentence) % {
        "expected": _shown(way.expected_at),
        "left": _shown(way.left_at) if way.left_at else "",
        "before": arrival_time.EARLIEST.days,
        "after": arrival_time.LATEST.days,
        "hours": arrival_time.LATE_AFTER // timedelta(hours=1),
    }


def day_zero_text(case: Case, at: datetime) -> str:
    """Which day 0 and release day follow from an arrival at the moment, in a sentence."""
    day_zero = beijing_date(at)
    last = release_on(day_zero, case.decision.obligations[0].days)
    return gettext("Day 0 is then %(day_zero)s, and the release day %(release_day)s.") % {
        "day_zero": date_format(day_zero),
        "release_day": date_format(last),
    }


def _shown(moment: datetime) -> str:
    return date_format(moment.astimezone(BEIJING), "SHORT_DATETIME_FORMAT")


def arrive(
    case: Case, *, at: datetime | None = None, by: User, now: datetime, sure: bool = False
) -> None:
    """The person is in Beijing since `at`: the version in force decides, day 0 is its date.

    at: as expected, unless it is given. sure: somebody asked the person, where the moment does
    not fit the journey. Nothing changes where the arrival is known already. Raises CaseClosed,
    ArrivalRefused and ArrivalDoubted.
    """
    with acting(by=by, now=now):
        locked = Case.objects.lock_open(case)
        if locked.arrived_at is None:
            at = at or locked.expected_arrival_at
            check_moment(locked, at, now=now, sure=sure)
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


def correct(
    case: Case, at: datetime | None, *, by: User, now: datetime, reason: str, sure: bool = False
) -> None:
    """Correct when the person arrived in Beijing, and day 0 with it; None: not arrived yet.

    The version in force then decides, unless a coordinator chose another. What was measured keeps
    its calendar day. sure: as arrive() takes it. Raises CaseClosed, OutsideItsDays for a check-in
    before day 0, ArrivalRefused, ArrivalDoubted, and ArrivalStands: for somebody who has not
    arrived, whose days have since been restarted or completed, and None for somebody whom a site
    or a check-in has seen.
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
        else:
            check_moment(locked, at, now=now, sure=sure, unseen=False)
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
