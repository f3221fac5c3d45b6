"""How the people of the demonstration come from the airport to a hotel or home."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from houshayu.calendar import beijing_date
from houshayu.demonstration import HOUR, StaffAct
from houshayu.models import Place, PlaceKind
from returnees import lodging, observing
from returnees.demonstration import cast
from returnees.models import AssessmentResult, Case, Custody, Room, RoomState
from transfers.models import Handoff, HandoffNotPossible


def _offer(case: Case, to_place: Place, now: datetime, planned_at: datetime | None = None) -> None:
    holder = Custody.objects.holder_of(case)
    assert holder is not None
    worker = cast.worker(holder.pk)
    try:
        by_bus = to_place.kind in (PlaceKind.HUB, PlaceKind.HOTEL)
        Handoff.objects.offer(
            case=case,
            to_place=to_place,
            by=worker,
            now=now,
            planned_at=planned_at,
            vehicle_plate="京A·T0320" if by_bus else "",
        )
    except HandoffNotPossible:
        return


def _travel(now: datetime) -> None:
    """Whoever lands within half a day is announced to the hub."""
    hub = Place.objects.get(kind=PlaceKind.HUB)
    landing = cast.cases().filter(
        arrived_at=None, expected_arrival_at__lte=now + timedelta(hours=12)
    )
    for case in landing.filter(custodies__ended_at=None, custodies__offered_to=None):
        if cast.unlucky(case, 60):
            continue  # Did not board: somebody must find out.
        _offer(case, hub, now, planned_at=case.expected_arrival_at + HOUR)


def _answer(now: datetime) -> None:
    """Offers are answered about an hour after the person is there; a few are forgotten."""
    offers = Handoff.objects.open().filter(case__in=cast.cases(), offered_at__lte=now - HOUR)
    for handoff in offers.select_related("case", "to_place"):
        if (handoff.planned_at or handoff.offered_at) > now - HOUR:
            continue
        if cast.unlucky(handoff.case, 25) and now - handoff.due_at < timedelta(hours=20):
            continue
        worker = cast.worker(handoff.to_place_id)
        room = _free_room(handoff.to_place)
        handoff.accept(
            by=worker,
            now=now,
            room=room,
            temperature=Decimal("36.5"),
            commitment_signed=True,
            arrived_at=min(now, handoff.case.expected_arrival_at),
            sure=True,
        )


def _free_room(hotel: Place) -> str:
    """The number of a room in which nobody is, to be given to one person; empty for none."""
    empty = Room.objects.with_a_bed().filter(place=hotel, taken=0).in_order().first()
    return empty.number if empty else ""


def _open_the_hotels(now: datetime) -> None:
    """Before anybody comes each hotel lists its rooms, twenty a floor; one is out of order."""
    for hotel in _hotels() if not Room.objects.exists() else ():
        staff = cast.worker(hotel.pk)
        for floor in range(2, (hotel.rooms or 60) // 20 + 2):
            for first, last, beds in ((1, 16, 1), (17, 20, 2)):
                numbers = [f"{floor:02}{n:02}" for n in range(first, last + 1)]
                lodging.add_rooms(
                    hotel, numbers, beds=beds, accessible=first == 17, by=staff, now=now
                )
        broken = Room.objects.filter(place=hotel).in_order()[2]
        broken.block(by=staff, now=now, reason="空调报修")


def _clean(now: datetime) -> None:
    """Rooms that somebody left are cleaned; the last one of a hotel waits for the next turn."""
    for hotel in _hotels():
        left = Room.objects.filter(place=hotel, state=RoomState.CLEANING).in_order()
        for room in left[1:]:
            room.ready(by=cast.worker(hotel.pk), now=now)


def _leave_hub(now: datetime) -> None:
    """From the hub people go home where the policy lets them, else to a hotel with a room."""
    held = Custody.objects.open().filter(
        place__kind=PlaceKind.HUB, case__in=cast.cases(), started_at__lte=now - HOUR
    )
    for custody in held.exclude(offered_to__isnull=False).select_related("case__community"):
        case = custody.case
        if case.community and not observing.reasons_not_home(case, now):
            _offer(case, case.community, now)
        elif hotel := next((h for h in _hotels() if _free_room(h)), None):
            _offer(case, hotel, now)


def _hotels() -> list[Place]:
    return list(Place.objects.filter(kind=PlaceKind.HOTEL).order_by("pk"))


def _in_hotels() -> QuerySet[Custody]:
    held = Custody.objects.open().filter(place__kind=PlaceKind.HOTEL, case__in=cast.cases())
    return held.exclude(offered_to__isnull=False).select_related("case__community")


def _go_home(now: datetime) -> None:
    """Who was approved later goes home in the middle of the days, which are combined."""
    approved = _in_hotels().filter(
        case__request__assessment_result=AssessmentResult.APPROVED,
        case__observations__ended_at=None,
        case__observations__release_on__gt=beijing_date(now),
    )
    for custody in approved:
        if custody.case.community and not observing.reasons_not_home(custody.case, now):
            _offer(custody.case, custody.case.community, now)


def _offer_last_day(now: datetime) -> None:
    """On the last day the hotel hands its guests to their communities."""
    leaving = _in_hotels().filter(
        case__observations__ended_at=None,
        case__observations__release_on__lte=beijing_date(now),
    )
    for custody in leaving:
        if custody.case.community:
            _offer(custody.case, custody.case.community, now)


ACTS = [
    StaffAct(_open_the_hotels),
    StaffAct(_travel),
    StaffAct(_answer),
    StaffAct(_leave_hub),
    StaffAct(_offer_last_day, (10,)),
    StaffAct(_go_home, (14,)),
    StaffAct(_clean, (8, 17)),
]
