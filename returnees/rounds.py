"""Taking the check-ins of many people at once: a floor, a hotel, a community."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import (
    Count,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.exceptions import Conflict
from houshayu.models import Place
from policy import (
    EVENING_FROM,
    days_between,
    slot_exists,
    slot_in,
    slots_of,
    taken_from,
)
from returnees import alerting
from returnees.models import Channel, CheckIn, Custody, Observation, RoomStay, TemperatureMethod

if TYPE_CHECKING:
    from houshayu.models import User


SAY_WHY_EARLY = format_lazy(
    _("The evening check-in is taken from {time} on. Say why this one is earlier."),
    time=EVENING_FROM.strftime("%H:%M"),
)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was measured at one person."""

    observation: Observation
    temperature: Decimal
    symptoms: tuple[str, ...] = ()
    method: str = TemperatureMethod.AXILLARY
    channel: str = Channel.STAFF
    early_reason: str = ""
    """Why it was taken before the slot begins, as for somebody who leaves."""


class TooEarly(Conflict):
    """The slot has not begun, and of somebody it is not said why they were measured before."""


@dataclass(frozen=True)
class Recorded:
    """What became of a round: what was written, what somebody else had written before, and who
    is not under this observation any more."""

    recorded: list[CheckIn]
    already_there: list[Observation]
    ended: list[Observation] = field(default_factory=list)


def has(on: date, slot: str, observation: str = "") -> Q:
    """Whether an observation has this slot on that date (the first day has no morning, the last
    no evening).

    observation: the path to it from the rows that are asked, with __ at its end.
    """
    day = days_between(on, F(f"{observation}started_on"))
    # The dates again, as plain columns that an index has.
    within = {f"{observation}started_on__lte": on, f"{observation}release_on__gte": on}
    return Q(slot_exists(day, F(f"{observation}days"), slot), **within)


def is_taken(on: date, slot: str, observation: str = "") -> Func:
    """Whether an observation's check-in of the slot is there."""
    day = days_between(on, F(f"{observation}started_on"))
    return slot_in(F(f"{observation}slots_taken"), day, slot)


def due(on: date, slot: str) -> QuerySet[Observation]:
    """Open observations that have this slot on that date."""
    return Observation.objects.open().filter(has(on, slot))


def lacks(on: date, slot: str, observation: str = "") -> Q:
    """Whether an observation has the slot, and its check-in is not there yet."""
    return has(on, slot, observation) & ~Q(is_taken(on, slot, observation))


def with_check_in(
    observations: QuerySet[Observation], on: date, slot: str
) -> QuerySet[Observation]:
    """Annotated with `checked`: whether this slot's check-in is there."""
    taken = CheckIn.objects.filter(
        observation=OuterRef("pk"), day=days_between(on, OuterRef("started_on")), slot=slot
    )
    return observations.annotate(
        checked=is_taken(on, slot), temperature=Subquery(taken.values("temperature")[:1])
    )


def round_list(place_ids: Iterable[int], on: date, slot: str) -> QuerySet[Observation]:
    """The people of some places for one slot, room by room, with what _round_row.html reads."""
    holding = Custody.objects.open().filter(case=OuterRef("case"))
    staying = RoomStay.objects.open().filter(case=OuterRef("case"))
    return (
        with_check_in(due(on, slot), on, slot)
        .annotate(
            place_id=Subquery(holding.values("place")[:1]),
            room=Coalesce(Subquery(staying.values("room__number")[:1]), Value("")),
            floor=Coalesce(Subquery(staying.values("room__floor")[:1]), Value("")),
        )
        .filter(Exists(holding.filter(place__in=place_ids)))
        .select_related("case__person", "case__community")
        .order_by("place_id", "room", "case__person__name_sort_key", "pk")
    )


def overdue(place_ids: Iterable[int], on: date) -> QuerySet[Observation]:
    """Those of the places whose days are over, and who are not released: nobody leaves the round
    by that."""
    holding = Custody.objects.open().filter(case=OuterRef("case"), place__in=place_ids)
    return (
        Observation.objects.open()
        .filter(Exists(holding), release_on__lt=on)
        .annotate(room=Subquery(holding.values("room")[:1]))
        .select_related("case__person")
        .order_by("release_on", "pk")
    )


@dataclass(frozen=True)
class Part:
    """One floor of one place in a round; floor is empty where there are none."""

    place_id: int
    floor: str
    people: int
    missing: int


def parts(place_ids: Iterable[int], on: date, slot: str) -> list[Part]:
    """How many people each floor of some places has in a round, and how many lack it yet."""
    counted = (
        round_list(place_ids, on, slot)
        .select_related(None)
        .values("place_id", "floor")
        .annotate(people=Count("pk"), missing=Count("pk", filter=Q(checked=False)))
        .order_by("place_id", "floor")
    )
    return [Part(p["place_id"], p["floor"], p["people"], p["missing"]) for p in counted]


def missing(places: QuerySet[Place], on: date, slot: str) -> QuerySet[Observation]:
    """Those of the places whose check-in of this slot is not there yet."""
    holding = Custody.objects.open().filter(case=OuterRef("case"), place__in=places)
    return Observation.objects.open().filter(lacks(on, slot), Exists(holding))


def record(
    readings: Iterable[Reading], *, on: date, slot: str, by: User, now: datetime
) -> Recorded:
    """Write the check-ins of one slot and raise the alerts that follow, in one transaction.

    What somebody else recorded first stays, and is returned as already there; so is, as ended,
    an observation that ended meanwhile. Raises TooEarly, and writes nothing, where the slot has
    not begun at `now` and a reading does not say why it was taken before.
    """
    readings, early = list(readings), is_early(on, slot, now)
    if early and not all(reading.early_reason for reading in readings):
        raise TooEarly(str(SAY_WHY_EARLY))
    with acting(by=by, now=now):
        by_observation = {reading.observation.pk: reading for reading in readings}
        # Locked in one order: of two rounds over the same people the second waits, and finds the
        # first one's rows.
        locked = Observation.objects.open().filter(pk__in=by_observation).order_by("pk")
        locked = locked.select_related("case").select_for_update(of=("self",))
        observations = {o.pk: o for o in locked}
        there = set(
            CheckIn.objects.filter(
                observation__in=observations,
                slot=slot,
                day=days_between(on, F("observation__started_on")),
            ).values_list("observation_id", flat=True)
        )
        checkins = [
            CheckIn(
                observation=observation,
                day=observation.day_number(on),
                slot=slot,
                temperature=by_observation[pk].temperature,
                symptoms=list(by_observation[pk].symptoms),
                method=by_observation[pk].method,
                channel=by_observation[pk].channel,
                early_reason=by_observation[pk].early_reason if early else "",
                taken_at=now,
                recorded_by=by,
            )
            for pk, observation in observations.items()
            if pk not in there
        ]
        CheckIn.objects.bulk_create(checkins)
        alerting.raise_for_checkins(checkins, now=now)
        given = {pk: reading.observation for pk, reading in by_observation.items()}
        return Recorded(
            checkins,
            [observation for pk, observation in given.items() if pk in there],
            [observation for pk, observation in given.items() if pk not in observations],
        )


def is_early(on: date, slot: str, now: datetime) -> bool:
    """Whether the slot has not begun, so that who is measured for it says why."""
    return now < taken_from(on, slot)


def has_slot(observation: Observation, on: date, slot: str) -> bool:
    """Whether the observation has this check-in at all."""
    return slot in slots_of(observation.day_number(on), observation.days)
