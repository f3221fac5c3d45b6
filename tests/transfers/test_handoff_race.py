"""Many hands at one moment: every one of them a connection of its own, and all of them commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier

import pytest
from django.db import DatabaseError, connection

from houshayu.exceptions import Conflict
from houshayu.models import Place, Role, User
from returnees import releasing, rounds
from returnees.models import Alert, Case, CaseClosed, CaseOutcome, CheckIn, Custody, Person
from returnees.registration import AlreadyRegistered, register
from returnees.releasing import CaseNotReady
from tests.factories import (
    NOW,
    accept,
    check_in,
    hand_over,
    last_morning,
    make_case,
    make_handoff,
    make_observed_case,
    make_registration,
    make_user,
    observation_of,
    real_place,
    see_through,
)
from transfers.models import Handoff, HandoffClosed, HandoffNotPossible

pytestmark = pytest.mark.django_db(transaction=True)

NOON = NOW + timedelta(hours=4)


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Do all of it at one moment; return what each returned, or the refusal it raised."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return act()
        except Conflict as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def test_one_of_two_hundred_accepts_wins_and_the_others_are_refused() -> None:
    hub = real_place("ncie-hub")
    handoff = make_handoff(to_place=hub)
    receivers = [make_user(role=Role.TRANSFER_TEAM, place=hub) for _ in range(200)]

    def press(number: int) -> Callable[[], object]:
        copy = Handoff.objects.get(pk=handoff.pk)
        return lambda: accept(copy, by=receivers[number], now=NOON)

    results = at_once([press(number) for number in range(200)])

    winners = [each for each in results if isinstance(each, Custody)]
    assert len(winners) == 1
    assert Counter(each for each in results if each not in winners) == {HandoffClosed: 199}
    handoff.refresh_from_db()
    assert handoff.closed_by == receivers[results.index(winners[0])]
    assert [(each.place, each.ended_at) for each in handoff.case.custodies.all()] == [
        (handoff.from_place, NOON),
        (hub, None),
    ]


def test_a_case_is_offered_to_one_of_twenty_places_at_once() -> None:
    case = make_case()
    by = make_user()
    places = [*Place.objects.filter(kind="village")[:16], *Place.objects.filter(kind="hotel")]

    results = at_once(
        [
            lambda place=place: Handoff.objects.offer(case=case, to_place=place, by=by, now=NOON)
            for place in places
        ]
    )

    assert len(places) == 20
    assert Counter(type(each) is Handoff for each in results) == {True: 1, False: 19}
    assert [each for each in results if isinstance(each, Handoff)] == list(
        Handoff.objects.filter(case=case)
    )


@pytest.mark.parametrize("_again", range(5))
def test_one_of_offering_and_closing_is_refused(_again: int) -> None:
    case = make_case()
    hub, by = real_place("ncie-hub"), make_user()

    results = at_once(
        [
            lambda: Handoff.objects.offer(case=case, to_place=hub, by=by, now=NOON),
            lambda: releasing.close(
                Case.objects.get(pk=case.pk), CaseOutcome.NO_SHOW, by=by, now=NOON, note=""
            ),
        ]
    )

    case.refresh_from_db()
    offered, closed = Handoff.objects.open().filter(case=case).exists(), bool(case.closed_at)
    assert (offered, closed, results) in [
        (True, False, [Handoff.objects.first(), CaseNotReady]),
        (False, True, [HandoffNotPossible, None]),
    ]


@pytest.mark.parametrize("_again", range(5))
def test_one_of_accepting_and_taking_back_is_refused(_again: int) -> None:
    handoff = make_handoff()
    by = make_user()
    copies = [Handoff.objects.get(pk=handoff.pk) for _ in range(2)]

    results = at_once(
        [
            lambda: accept(copies[0], by=by, now=NOON),
            lambda: copies[1].cancel(by=by, now=NOON),
        ]
    )

    handoff.refresh_from_db()
    assert (handoff.status, results) in [
        ("accepted", [handoff.custody, HandoffClosed]),
        ("cancelled", [HandoffClosed, None]),
    ]
    assert handoff.case.custodies.count() == (2 if handoff.custody else 1)


def test_a_case_is_released_once_by_eight_at_once() -> None:
    case = make_observed_case()
    at = see_through(case)
    hand_over(case, real_place("gucheng"), now=at)

    by = make_user()
    copies = [Case.objects.get(pk=case.pk) for _ in range(8)]

    results = at_once([lambda copy=copy: releasing.release(copy, by=by, now=at) for copy in copies])

    ended = case.observations.get()
    assert Counter(results) == {ended: 1, CaseClosed: 7}
    assert ended.end_reason == "completed"


@pytest.mark.parametrize("_again", range(5))
def test_nobody_is_released_whose_fever_is_being_written_down(_again: int) -> None:
    case = make_observed_case()
    observation, by = observation_of(case), make_user()
    at = last_morning(case)
    check_in(case, day=13, slot="evening")
    reading = rounds.Reading(observation=observation, temperature=Decimal("38.5"))

    [released, recorded] = at_once(
        [
            lambda: releasing.release(Case.objects.get(pk=case.pk), by=by, now=at),
            lambda: rounds.record([reading], on=at.date(), slot="morning", by=by, now=at),
        ]
    )

    assert isinstance(recorded, rounds.Recorded)
    fever_first = bool(recorded.recorded)
    assert released == (CaseNotReady if fever_first else observation)
    assert Alert.objects.open().exists() == fever_first


def test_the_same_check_in_by_eight_at_once_is_written_once() -> None:
    case = make_observed_case()
    observation = observation_of(case)
    nurses = [make_user() for _ in range(8)]
    reading = rounds.Reading(observation=observation, temperature=Decimal("38.0"))

    results = at_once(
        [
            lambda nurse=nurse: rounds.record(
                [reading],
                on=observation.started_on,
                slot="evening",
                by=nurse,
                now=NOON + timedelta(hours=1),
            )
            for nurse in nurses
        ]
    )

    assert Counter(len(each.recorded) for each in results) == {1: 1, 0: 7}
    assert Counter(tuple(each.already_there) for each in results) == {(): 1, (observation,): 7}
    assert (CheckIn.objects.count(), Alert.objects.count()) == (1, 1)


def test_places_moved_below_each_other_at_once_make_no_circle() -> None:
    first, second = real_place("xisishang"), real_place("gucheng")

    def move(child: Place, parent: Place) -> object:
        try:
            return Place.objects.filter(pk=child.pk).update(parent=parent)
        except DatabaseError:
            return None

    results = at_once([lambda: move(first, second), lambda: move(second, first)])

    assert Counter(results) == {1: 1, None: 1}


def test_one_document_registered_by_two_desks_at_once_is_one_person_with_one_case(
    community: Place, sender: User
) -> None:
    forms = [make_registration(document={"document_number": "E12345678"}) for _desk in range(2)]

    outcomes = at_once(
        [partial(register, form, place=community, by=sender, now=NOW) for form in forms]
    )

    assert AlreadyRegistered in outcomes
    assert (Case.objects.count(), Person.objects.count()) == (1, 1)
