"""What communities, hotels and the doctor of the demonstration do, hour by hour.

Each hour looks at how things stand in the database, so a day can be lived on from any moment.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from houshayu.calendar import beijing_date
from houshayu.demonstration import NEWCOMER_AT, StaffAct
from houshayu.models import HOME_KINDS, Place
from policy import RequestedMode, Slot
from returnees import observing, releasing, rounds
from returnees.demonstration import cast, people
from returnees.models import (
    Alert,
    AlertStep,
    AlertStepKind,
    AssessmentResult,
    Custody,
    LabTest,
    Resolution,
    TestResult,
)
from returnees.registration import register


def register_coming(coming: people.Coming, now: datetime) -> None:
    """The community registers somebody who will come."""
    worker = cast.worker(coming.community.pk)
    register(people.registration_of(coming), place=coming.community, by=worker, now=now)


def _round(now: datetime, slot: str) -> None:
    on = beijing_date(now)
    rng = Random(f"{on} {slot}")
    due = rounds.round_list(Place.objects.values_list("pk", flat=True), on, slot)
    by_place: dict[int, list[rounds.Reading]] = {}
    evening_before = slot == Slot.EVENING and on == beijing_date(NEWCOMER_AT) - timedelta(days=1)
    for number, observation in enumerate(due.filter(checked=False, case__in=cast.cases())):
        if rng.random() < 0.03:
            continue  # Nobody opened the door.
        # The newcomer finds two alerts that nobody has settled yet.
        fever = rng.random() < 0.002 or (evening_before and number in (20, 90))
        temperature = Decimal(rng.randint(373, 384) if fever else rng.randint(360, 370)) / 10
        reading = rounds.Reading(observation=observation, temperature=temperature)
        by_place.setdefault(observation.place_id, []).append(reading)
    for place_id, readings in by_place.items():
        worker = cast.worker(place_id)
        rounds.record(readings, on=on, slot=slot, by=worker, now=now)


def _morning_round(now: datetime) -> None:
    _round(now, Slot.MORNING)


def _evening_round(now: datetime) -> None:
    _round(now, Slot.EVENING)


def _take_samples(now: datetime) -> None:
    doctor = cast.doctor()
    planned = LabTest.objects.planned().filter(due_on__lte=beijing_date(now))
    for test in planned.filter(observation__case__in=cast.cases()):
        observing.record_test(test, TestResult.PENDING, by=doctor, now=now)


def _tell_results(now: datetime) -> None:
    doctor = cast.doctor()
    sampled = LabTest.objects.filter(
        result=TestResult.PENDING, sampled_at__lt=now, observation__ended_at=None
    )
    for test in sampled.filter(observation__case__in=cast.cases()):
        observing.record_test(test, TestResult.NEGATIVE, by=doctor, now=now)


def _assess(now: datetime) -> None:
    """Requests for home observation are assessed the day before the person lands, or later."""
    doctor = cast.doctor()
    asking = cast.cases().filter(
        request__requested_mode=RequestedMode.HOME,
        request__assessment_result=AssessmentResult.PENDING,
        expected_arrival_at__lte=now + timedelta(hours=30),
    )
    for case in asking:
        refuse = cast.unlucky(case, 4)
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
    doctor = cast.doctor()
    old = Alert.objects.open().filter(case__in=cast.cases(), raised_at__lt=now - timedelta(hours=9))
    for alert in old:
        AlertStep.objects.take(alert, AlertStepKind.REMEASURED, by=doctor, now=now)
        alert.resolve(
            Resolution.REMEASURED_NORMAL, by=doctor, now=now, note="腋温", reading=Decimal("36.8")
        )


def _release(now: datetime) -> None:
    """Communities release whoever has completed the days."""
    complete = Custody.objects.open().filter(
        case__in=cast.cases(),
        place__kind__in=HOME_KINDS,
        case__observations__ended_at=None,
        case__observations__release_on__lte=beijing_date(now),
    )
    for custody in complete.select_related("case"):
        if cast.unlucky(custody.case, 30) or releasing.reasons_not_released(custody.case, now):
            continue
        worker = cast.worker(custody.place_id)
        releasing.release(custody.case, by=worker, now=now)


ACTS = [
    StaffAct(_morning_round, (9,)),
    StaffAct(_take_samples, (9,)),
    StaffAct(_assess, (10,)),
    StaffAct(_settle_alerts, (11, 19)),
    StaffAct(_release, (12,)),
    StaffAct(_evening_round, (16,)),
    StaffAct(_tell_results, (16,)),
]
