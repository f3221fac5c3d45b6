"""Rooms of hotels: who moves into which, and which there are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.exceptions import Conflict
from houshayu.models import Place, PlaceKind
from returnees.models import Case, Custody, Room, RoomState, RoomStay
from returnees.models.rooms import floor_of

if TYPE_CHECKING:
    from houshayu.models import User

# 301-320 or A301-A320; a hyphen in a single number, as in A-12, has no number before it.
RANGE = re.compile(r"([A-Z]*)(\d+)-(?:\1)?(\d+)")
TO = re.compile(r"\s*[-–—~～至到]\s*")
MOST_AT_ONCE = 500


class RoomRefused(Conflict):
    """The person can't have this room; str() says why."""


class StrangersInRoom(RoomRefused):
    """Somebody is in it who does not travel with the person, and nobody said why they share it."""


class RoomsThere(Conflict):
    """Rooms of these numbers are there already; nothing was added."""


def lodge(
    case: Case, room: str, *, by: User, now: datetime, sharing_reason: str = ""
) -> RoomStay | None:
    """The person is in this room of the hotel that holds the case; without one, in none any more.

    The room that they leave is to be cleaned, unless others stay in it. sharing_reason: why they
    share it with somebody they do not travel with. Raises CaseClosed, StrangersInRoom, and
    RoomRefused: in no hotel, for a room that the hotel has not, that is blocked, being cleaned or
    full, or where they are already.
    """
    with acting(by=by, now=now, reason=sharing_reason):
        locked = Case.objects.lock_open(case)
        custody = Custody.objects.current_of(locked)
        if custody is None or custody.place.kind != PlaceKind.HOTEL:
            raise RoomRefused(_("The person is in no hotel."))
        current = RoomStay.objects.current_of(locked)
        chosen = _lock_room(custody.place, room, current) if room else None
        if (current and current.room) == chosen:
            raise RoomRefused(_("This is as it was: nothing was changed."))
        if chosen:
            _check(locked, chosen, sharing_reason)
        at = max(now, custody.started_at)
        if current:
            at = RoomStay.objects.end(current, at=at)
        if chosen is None:
            return None
        return RoomStay.objects.begin(locked, chosen, at=at, sharing_reason=sharing_reason)


def _lock_room(hotel: Place, number: str, current: RoomStay | None) -> Room:
    """The room, locked with the one that is left: in one order, so that no two moves deadlock."""
    left = Q(pk=current.room_id if current else None)
    rooms = Room.objects.filter(Q(place=hotel, number=number) | left).order_by("pk")
    locked = rooms.select_for_update(no_key=True, of=("self",))
    found = next((each for each in locked if each.number == number), None)
    if found is None:
        raise RoomRefused(_("%(place)s has no room %(room)s.") % {"place": hotel, "room": number})
    return found


def _check(case: Case, room: Room, sharing_reason: str) -> None:
    if room.state != RoomState.FREE:
        raise RoomRefused(
            _("Room %(room)s takes nobody now: %(state)s.")
            % {"room": room, "state": room.blocked_reason or room.get_state_display()}
        )
    guests = list(RoomStay.objects.open().filter(room=room).select_related("case__person"))
    if len(guests) >= room.beds:
        raise RoomRefused(_("Room %(room)s has no bed left.") % {"room": room})
    strangers = [each for each in guests if each.case.travel_group != case.travel_group]
    if strangers and not sharing_reason:
        raise StrangersInRoom(
            _(
                "%(people)s in room %(room)s and this person do not travel together: "
                "say why they share it."
            )
            % {"people": ", ".join(str(each.case.person) for each in strangers), "room": room}
        )


def read_numbers(text: str) -> list[str]:
    """The room numbers that a text names, each once and in its order: "301-320, 401".

    text: in capitals. Raises ValueError for a range that does not rise, and too many at once.
    """
    numbers: dict[str, None] = {}
    for part in filter(None, re.split(r"[,;，；、\s]+", TO.sub("-", text))):
        if not (found := RANGE.fullmatch(part)):
            numbers[part] = None
            continue
        prefix, first, last = found.groups()
        if not 0 <= int(last) - int(first) < MOST_AT_ONCE:
            raise ValueError(part)
        width = len(first)
        numbers |= dict.fromkeys(f"{prefix}{n:0{width}}" for n in range(int(first), int(last) + 1))
    if len(numbers) > MOST_AT_ONCE:
        raise ValueError(text)
    return list(numbers)


def add_rooms(
    place: Place,
    numbers: Iterable[str],
    *,
    by: User,
    now: datetime,
    beds: int,
    floor: str = "",
    accessible: bool = False,
) -> list[Room]:
    """The hotel has these rooms from now on, free.

    floor: where the numbers do not say it. Raises RoomsThere.
    """
    with acting(by=by, now=now):
        # Who adds the same rooms at the same time waits here.
        Place.objects.select_for_update(no_key=True).get(pk=place.pk)
        rooms = [
            Room(
                place=place,
                number=number,
                floor=floor or floor_of(number),
                beds=beds,
                accessible=accessible,
            )
            for number in numbers
        ]
        there = Room.objects.filter(place=place, number__in=[room.number for room in rooms])
        if taken := list(there.values_list("number", flat=True)):
            raise RoomsThere(
                _("These rooms are there already: %(rooms)s") % {"rooms": ", ".join(taken)}
            )
        return Room.objects.bulk_create(rooms)


@dataclass(frozen=True)
class Capacity:
    """How many rooms a hotel has, and how many of them stand empty and ready."""

    place: Place
    rooms: int | None
    """Counted where its rooms are known, else what the hotel announced, if it did."""
    free: int | None
    """None where its rooms are not known."""


def capacities(hotels: QuerySet[Place]) -> list[Capacity]:
    """Of each hotel, in the order of the places; two queries."""
    empty = Q(state=RoomState.FREE) & ~Q(pk__in=RoomStay.objects.open().values("room"))
    counted = {
        pk: (rooms, free)
        for pk, rooms, free in Room.objects.filter(place__in=hotels)
        .order_by()
        .values_list("place")
        .annotate(rooms=Count("pk"), free=Count("pk", filter=empty))
    }
    return [
        Capacity(hotel, *counted.get(hotel.pk, (hotel.rooms, None)))
        for hotel in hotels.filter(kind=PlaceKind.HOTEL)
    ]
