"""What the staff of the demonstration do, hour by hour.

Each hour looks at how things stand in the database, so a day can be lived on from any moment.
Only cases registered before the newcomer came are touched: their own stay in their hands.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random

import pghistory
from django.db import connection
from django.db.models import QuerySet
from django.utils import translation

from coordination.demonstration import accounts, people
from houshayu.calendar import BEIJING, beijing_date
from houshayu.duties import planning
from houshayu.models import HOME_KINDS, Place, PlaceKind, User
from policy import RequestedMode, Slot
from returnees import observing, releasing, rounds
from returnees.models import (
    Alert,
    AssessmentResult,
    Case,
    Custody,
    LabTest,
    Resolution,
    TestResult,
)
from returnees.registration import register
from transfers.models import Handoff, HandoffNotPossible

FIRST_ARRIVAL = datetime(2020, 3, 1, 6, tzinfo=BEIJING)
LAST_ARRIVAL = datetime(2020, 3, 23, 22, tzinfo=BEIJING)
NEWCOMER_AT = datetime(2020, 3, 20, 8, 30, tzinfo=BEIJING)
HOUR = timedelta(hours=1)


@cache
def _worker(place_id: int) -> User:
    return accounts.worker_of(Place.objects.get(pk=place_id))


def _cases() -> QuerySet[Case]:
    return Case.objects.open().filter(opened_at__lt=NEWCOMER_AT)


def _unlucky(case: Case, one_in: int) -> bool:
    """Some cases go wrong; the same ones each time the question is asked."""
    return Random(case.number).randrange(one_in) == 0


def load() -> int:
    """Live through the month until the newcomer comes; return how many people there are."""
    communities = list(Place.objects.homes().filter(parent__code="houshayu").order_by("code"))
    waiting = people.comings(communities, FIRST_ARRIVAL, LAST_ARRIVAL)
    moment = FIRST_ARRIVAL - timedelta(hours=72)
    with connection.cursor() as cursor:
        # A crash while loading means loading again; waiting for the disk buys nothing here.
        cursor.execute("SET synchronous_commit TO off")
    registered = 0
    while moment < NEWCOMER_AT - HOUR:
        while waiting and waiting[0].registered_at <= moment:
            _register(waiting.pop(0), moment)
            registered += 1
        hour_passes(moment)
        moment += HOUR
    return registered


def next_morning_after(moment: datetime) -> datetime:
    """Half past eight in Beijing on the next day."""
    local = moment.astimezone(BEIJING) + timedelta(days=1)
    return local.replace(hour=8, minute=30, second=0, microsecond=0)


def live(begin: datetime, until: datetime) -> None:
    """The staff work on from one moment to another."""
    moment = begin.replace(minute=0, second=0, microsecond=0) + HOUR
    while moment < until:
        hour_passes(moment)
        moment += HOUR


def _register(coming: people.Coming, now: datetime) -> None:
    worker = _worker(coming.community.pk)
    with _by(worker, now):
        register(people.registration_of(coming), place=coming.community, by=worker, now=now)


def _by(user: User, now: datetime) -> pghistory.context:
    return pghistory.context(user=user.pk, at=now.isoformat())


def hour_passes(now: datetime) -> None:
    """All that the staff do in one hour."""
    hour = now.astimezone(BEIJING).hour
    with translation.override("zh-hans"):
        at_hours: dict[int, list[Callable[[datetime], None]]] = {
            9: [_morning_round, _take_samples],
            10: [_assess, _offer_last_day],
            11: [_settle_alerts],
            12: [_release],
            13: [_remind],
            14: [_go_home],
            16: [_evening_round, _tell_results],
            19: [_settle_alerts],
            21: [_remind],
        }
        for act in [_travel, _answer, _leave_hub, *at_hours.get(hour, [])]:
            act(now)


def _offer(case: Case, to_place: Place, now: datetime, planned_at: datetime | None = None) -> None:
    holder = Custody.objects.holder_of(case)
    assert holder is not None
    worker = _worker(holder.pk)
    with _by(worker, now):
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
    landing = _cases().filter(arrived_at=None, expected_arrival_at__lte=now + timedelta(hours=12))
    for case in landing.filter(custodies__ended_at=None, custodies__offered_to=None):
        if _unlucky(case, 60):
            continue  # Did not board: somebody must find out.
        _offer(case, hub, now, planned_at=case.expected_arrival_at + HOUR)


def _answer(now: datetime) -> None:
    """Offers are answered about an hour after the person is there; a few are forgotten."""
    offers = Handoff.objects.open().filter(case__in=_cases(), offered_at__lte=now - HOUR)
    for handoff in offers.select_related("case", "to_place"):
        if (handoff.planned_at or handoff.offered_at) > now - HOUR:
            continue
        if _unlucky(handoff.case, 25) and now - handoff.due_at < timedelta(hours=20):
            continue
        worker = _worker(handoff.to_place_id)
        room = _free_room(handoff.to_place) if handoff.to_place.kind == PlaceKind.HOTEL else ""
        with _by(worker, now):
            handoff.accept(
                by=worker,
                now=now,
                room=room,
                temperature=Decimal("36.5"),
                commitment_signed=True,
            )


def _free_room(hotel: Place) -> str:
    taken = set(Custody.objects.open().filter(place=hotel).values_list("room", flat=True))
    floors = (hotel.rooms or 60) // 20
    rooms = (f"{floor:02}{n:02}" for floor in range(2, floors + 2) for n in range(1, 21))
    return next((room for room in rooms if room not in taken), "")


def _leave_hub(now: datetime) -> None:
    """From the hub people go home where the policy lets them, else to a hotel with a room."""
    held = Custody.objects.open().filter(
        place__kind=PlaceKind.HUB, case__in=_cases(), started_at__lte=now - HOUR
    )
    for custody in held.exclude(offered_to__isnull=False).select_related("case__community"):
        case = custody.case
        if case.community and not observing.reasons_not_home(case, now):
            _offer(case, case.community, now)
        elif hotel := next((h for h in _hotels() if _free_room(h)), None):
            _offer(case, hotel, now)


def _hotels() -> list[Place]:
    return list(Place.objects.filter(kind=PlaceKind.HOTEL).order_by("pk"))


def _in_hotels(now: datetime) -> QuerySet[Custody]:
    held = Custody.objects.open().filter(place__kind=PlaceKind.HOTEL, case__in=_cases())
    return held.exclude(offered_to__isnull=False).select_related("case__community")


def _go_home(now: datetime) -> None:
    """Who was approved later goes home in the middle of the days, which are combined."""
    approved = _in_hotels(now).filter(
        case__request__assessment_result=AssessmentResult.APPROVED,
        case__observations__ended_at=None,
        case__observations__release_on__gt=beijing_date(now),
    )
    for custody in approved:
        if custody.case.community and not observing.reasons_not_home(custody.case, now):
            _offer(custody.case, custody.case.community, now)


def _offer_last_day(now: datetime) -> None:
    """On the last day the hotel hands its guests to their communities."""
    leaving = _in_hotels(now).filter(
        case__observations__ended_at=None,
        case__observations__release_on__lte=beijing_date(now),
    )
    for custody in leaving:
        if custody.case.community:
            _offer(custody.case, custody.case.community, now)


def _round(now: datetime, slot: str) -> None:
    on = beijing_date(now)
    rng = Random(f"{on} {slot}")
    due = rounds.round_list(Place.objects.values_list("pk", flat=True), on, slot)
    by_place: dict[int, list[rounds.Reading]] = {}
    evening_before = slot == Slot.EVENING and on == beijing_date(NEWCOMER_AT) - timedelta(days=1)
    for number, observation in enumerate(due.filter(checked=False, case__in=_cases())):
        if rng.random() < 0.03:
            continue  # Nobody opened the door.
        # The newcomer finds two alerts that nobody has settled yet.
        fever = rng.random() < 0.002 or (evening_before and number in (20, 90))
        temperature = Decimal(rng.randint(373, 384) if fever else rng.randint(360, 370)) / 10
        reading = rounds.Reading(observation=observation, temperature=temperature)
        by_place.setdefault(observation.place_id, []).append(reading)
    for place_id, readings in by_place.items():
        worker = _worker(place_id)
        with _by(worker, now):
            rounds.record(readings, on=on, slot=slot, by=worker, now=now)


def _morning_round(now: datetime) -> None:
    _round(now, Slot.MORNING)


def _evening_round(now: datetime) -> None:
    _round(now, Slot.EVENING)


def _take_samples(now: datetime) -> None:
    doctor = User.objects.get(username="doctor")
    planned = LabTest.objects.planned().filter(due_on__lte=beijing_date(now))
    for test in planned.filter(observation__case__in=_cases()):
        with _by(doctor, now):
            observing.record_test(test, TestResult.PENDING, by=doctor, now=now)


def _tell_results(now: datetime) -> None:
    doctor = User.objects.get(username="doctor")
    sampled = LabTest.objects.filter(
        result=TestResult.PENDING, sampled_at__lt=now, observation__ended_at=None
    )
    for test in sampled.filter(observation__case__in=_cases()):
        with _by(doctor, now):
            observing.record_test(test, TestResult.NEGATIVE, by=doctor, now=now)


def _assess(now: datetime) -> None:
    """Requests for home observation are assessed the day before the person lands, or later."""
    doctor = User.objects.get(username="doctor")
    asking = _cases().filter(
        request__requested_mode=RequestedMode.HOME,
        request__assessment_result=AssessmentResult.PENDING,
        expected_arrival_at__lte=now + timedelta(hours=30),
    )
    for case in asking:
        refuse = _unlucky(case, 4)
        with _by(doctor, now):
            observing.assess(
                case,
                AssessmentResult.REJECTED if refuse else AssessmentResult.APPROVED,
                community_assessor="李社区",
                health_assessor="孙医生",
                reason="没有单独的房间" if refuse else "",
                by=doctor,
                now=now,
            )


def _settle_alerts(now: datetime) -> None:
    doctor = User.objects.get(username="doctor")
    old = Alert.objects.open().filter(case__in=_cases(), raised_at__lt=now - timedelta(hours=9))
    for alert in old:
        with _by(doctor, now):
            alert.acknowledge(by=doctor, now=now)
            alert.resolve(Resolution.REMEASURED_NORMAL, by=doctor, now=now, note="腋温36.8")


def _release(now: datetime) -> None:
    """Communities release whoever has completed the days."""
    complete = Custody.objects.open().filter(
        case__in=_cases(),
        place__kind__in=HOME_KINDS,
        case__observations__ended_at=None,
        case__observations__release_on__lte=beijing_date(now),
    )
    for custody in complete.select_related("case"):
        if _unlucky(custody.case, 30) or releasing.reasons_not_released(custody.case, now):
            continue
        worker = _worker(custody.place_id)
        with _by(worker, now):
            releasing.release(custody.case, by=worker, now=now)


def _remind(now: datetime) -> None:
    planning.plan_and_send(now)
