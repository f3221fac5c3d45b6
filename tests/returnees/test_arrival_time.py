"""When a person arrived: what fits the journey, what is asked once more, and what is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from houshayu.calendar import BEIJING, beijing_date
from houshayu.models import ClockShift, Place, User
from returnees import arrivals
from returnees.arrival_time import EARLIEST, LATE_AFTER, LATEST, Doubt, Way, doubts, refused
from returnees.arrivals import ArrivalDoubted, ArrivalRefused
from returnees.models import Case, Observation, TransitPoint
from returnees.registration import amend
from tests.attacks import refused_by, sql
from tests.factories import (
    NOW,
    make_case,
    make_handoff,
    make_registration,
    make_user,
    moment,
    observation_of,
)
from transfers.models import Handoff

EXPECTED = moment("2020-03-20", "14:30")
moments = st.datetimes(min_value=datetime(2020, 2, 25), max_value=datetime(2020, 4, 20)).map(
    lambda naive: naive.replace(tzinfo=BEIJING)
)
ways = st.builds(Way, expected_at=moments, left_at=st.none() | moments)


@given(at=moments, way=ways, now=moments, unseen=st.booleans())
def test_a_moment_is_refused_outside_the_journeys_span_or_ahead_and_nowhere_else(
    at: datetime, way: Way, now: datetime, unseen: bool
) -> None:
    found = doubts(at, way, now=now, unseen=unseen)

    assert refused(found) == (at > now or not way.earliest <= at <= way.latest)
    assert len({doubt.refuses for doubt in found}) <= 1


@given(at=moments, way=ways, now=moments)
def test_what_is_not_asked_about_leaves_day_zero_as_the_journey_says(
    at: datetime, way: Way, now: datetime
) -> None:
    if not doubts(at, way, now=now):
        assert beijing_date(at) == beijing_date(way.expected_at)
        assert abs(at - way.expected_at) <= LATE_AFTER and now - at <= LATE_AFTER


@given(way=ways, late=st.timedeltas(timedelta(0), LATE_AFTER))
def test_who_came_as_expected_and_was_met_within_half_a_day_is_never_asked_about(
    way: Way, late: timedelta
) -> None:
    left_first = Way(way.expected_at, None)

    assert doubts(way.expected_at, left_first, now=way.expected_at + late) == ()


@pytest.mark.parametrize(
    ("at", "now", "found"),
    [
        (EXPECTED, NOW, [Doubt.TO_COME]),
        (NOW, NOW, [Doubt.EARLY]),
        (EXPECTED, EXPECTED + timedelta(hours=1), []),
        (EXPECTED - timedelta(hours=1), EXPECTED, []),
        (EXPECTED, EXPECTED + timedelta(days=3), [Doubt.UNSEEN]),
        (EXPECTED + timedelta(hours=10), EXPECTED + timedelta(hours=10), [Doubt.ANOTHER_DAY]),
        (
            EXPECTED + timedelta(days=1),
            EXPECTED + timedelta(days=1),
            [Doubt.LATE, Doubt.ANOTHER_DAY],
        ),
        (EXPECTED + LATEST * 2, EXPECTED + LATEST * 2, [Doubt.LONG_AFTER]),
        (EXPECTED - EARLIEST * 2, EXPECTED, [Doubt.LONG_BEFORE]),
    ],
    ids=[
        "the flight is in the air",
        "before the flight lands",
        "on time",
        "an hour early",
        "days of silence",
        "over midnight",
        "a later flight",
        "eighteen days later",
        "the week before",
    ],
)
def test_a_moment_that_does_not_fit_the_journey_is_asked_about(
    at: datetime, now: datetime, found: list[Doubt]
) -> None:
    assert list(doubts(at, Way(EXPECTED), now=now)) == found


# --- the acts ----------------------------------------------------------------------------------


def test_an_arrival_is_as_expected_unless_somebody_says_otherwise(case: Case) -> None:
    met = EXPECTED + timedelta(hours=3)

    arrivals.arrive(case, by=make_user(), now=met)

    assert case.arrived_at == EXPECTED
    assert observation_of(case).started_on == date(2020, 3, 20)


def test_nobody_has_arrived_whose_flight_is_in_the_air(handoff: Handoff, receiver: User) -> None:
    with pytest.raises(ArrivalRefused):
        handoff.accept(by=receiver, now=NOW)
    with pytest.raises(ArrivalDoubted):
        handoff.accept(by=receiver, now=NOW, arrived_at=NOW)

    assert Handoff.objects.open().get() == handoff
    assert not Observation.objects.exists()


def test_days_of_silence_do_not_move_day_zero(handoff: Handoff, receiver: User) -> None:
    later = EXPECTED + timedelta(days=18)
    with pytest.raises(ArrivalRefused):
        handoff.accept(by=receiver, now=later, arrived_at=later, sure=True)
    with pytest.raises(ArrivalDoubted):
        handoff.accept(by=receiver, now=later)

    handoff.accept(by=receiver, now=later, sure=True)

    assert observation_of(handoff.case).started_on == date(2020, 3, 20)


def test_a_correction_is_asked_about_and_refused_in_the_same_way(observed: Case) -> None:
    def corrected(at: datetime, **sure: bool) -> None:
        arrivals.correct(
            observed, at, by=make_user(), now=NOW + timedelta(days=1), reason="a slip", **sure
        )

    with pytest.raises(ArrivalRefused):
        corrected(moment("2019-03-20"), sure=True)
    with pytest.raises(ArrivalDoubted):
        corrected(NOW - timedelta(days=1))

    corrected(NOW - timedelta(days=1), sure=True)

    assert observation_of(observed).started_on == date(2020, 3, 19)


def test_the_journey_is_not_corrected_away_from_under_an_arrival(observed: Case) -> None:
    moved = make_registration(expected_arrival_at=NOW + timedelta(days=20))
    moved.person, moved.document = observed.person, observed.document

    with pytest.raises(ArrivalRefused):
        amend(observed, moved, by=make_user(), now=NOW, reason="another flight")

    observed.refresh_from_db()
    assert observed.expected_arrival_at == NOW


# --- the database ------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [-365, -15, 15, 404])
@pytest.mark.parametrize("column", ["arrived_at", "expected_arrival_at"])
def test_no_arrival_lies_outside_its_journey(observed: Case, column: str, days: int) -> None:
    with refused_by("case_arrived_within_its_journey"):
        sql(
            f"UPDATE returnees_case SET {column} = {column} + make_interval(days => %(days)s)"
            " WHERE id = %(id)s",
            days=days,
            id=observed.pk,
        )


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE returnees_journey SET departure_time = %(later)s WHERE case_id = %(id)s",
        "UPDATE returnees_transitpoint SET departed_at = %(later)s",
        "UPDATE returnees_case SET arrived_at = arrived_at - interval '1 day' WHERE id = %(id)s",
    ],
)
def test_nobody_arrives_who_is_still_on_the_way(observed: Case, attack: str) -> None:
    TransitPoint.objects.create(
        journey=observed.journey, country="FIN", city="Helsinki",
        departed_at=NOW - timedelta(hours=9),
    )  # fmt: skip

    with refused_by("case_arrived_after_leaving"):
        sql(attack, later=NOW + timedelta(hours=1), id=observed.pk)


# --- pages and API -----------------------------------------------------------------------------


@pytest.fixture
def evening(settings: Any, db: None) -> datetime:
    """Half past eight of the day of arrival, by the clock of the pages."""
    settings.DEMONSTRATION = True
    now = moment("2020-03-20", "20:30")
    ClockShift.set_to(now)
    return now


def test_the_page_shows_the_expected_time_and_the_day_zero_that_follows(
    client: Client, case: Case, sender: User, evening: datetime
) -> None:
    client.force_login(sender, "houshayu.access.MembershipBackend")
    address = reverse("returnees:case_arrive", args=[case.number])

    page = client.get(address).content.decode()

    assert 'value="2020-03-20T14:30"' in page and "2020年3月20日" in page
    assert client.post(address, {"arrived_at": "2020-03-20T14:30"}).status_code == 302


def test_an_odd_moment_is_shown_again_and_needs_a_tick_for_that_moment(
    client: Client, case: Case, sender: User, evening: datetime
) -> None:
    client.force_login(sender, "houshayu.access.MembershipBackend")
    address = reverse("returnees:case_arrive", args=[case.number])
    odd, other = "2020-03-19T23:50", "2020-03-19T22:00"

    asked = client.post(address, {"arrived_at": odd})

    assert asked.status_code == 422
    page = asked.content.decode()
    assert f'value="{odd}"' in page and 'type="checkbox" name="sure_at"' in page
    assert "2020年3月19日" in page
    assert client.post(address, {"arrived_at": other, "sure_at": odd}).status_code == 422
    assert client.post(address, {"arrived_at": odd, "sure_at": odd}).status_code == 302
    assert observation_of(case).started_on == date(2020, 3, 19)


def test_a_handoff_is_accepted_in_its_row_with_the_same_question(
    client: Client, handoff: Handoff, receiver: User, evening: datetime
) -> None:
    client.force_login(receiver, "houshayu.access.MembershipBackend")
    address = reverse("transfers:handoff_accept", args=[handoff.pk])
    row = {"headers": {"HX-Request": "true"}}
    listed = client.get(reverse("transfers:handoff_list")).content.decode()
    assert 'name="arrived_at"' in listed and 'value="2020-03-20T14:30"' in listed

    early = "2020-03-20T08:30"
    asked = client.post(address, {"arrived_at": early}, **row)
    assert asked.status_code == 422
    assert 'name="sure_at"' in asked.content.decode()

    client.post(address, {"arrived_at": early, "sure_at": early}, **row)
    handoff.case.refresh_from_db()
    assert handoff.case.arrived_at == moment("2020-03-20", "08:30")


def test_who_has_arrived_already_is_not_asked_for_it_again(
    client: Client, observed: Case, hub: Place, receiver: User, evening: datetime
) -> None:
    handoff = make_handoff(case=observed, to_place=hub)
    client.force_login(receiver, "houshayu.access.MembershipBackend")
    assert 'name="arrived_at"' not in client.get(handoff.get_absolute_url()).content.decode()

    client.post(
        reverse("transfers:handoff_accept", args=[handoff.pk]), {"arrived_at": "2020-03-18T08:00"}
    )

    observed.refresh_from_db()
    assert observed.arrived_at == NOW


def test_the_api_asks_in_the_same_way(case: Case, sender: User, evening: datetime) -> None:
    client = APIClient()
    client.force_authenticate(sender)
    address, early = f"/api/cases/{case.number}/arrive/", "2020-03-20T08:30:00+08:00"

    asked = client.post(address, {"arrived_at": early}, format="json")
    assert asked.status_code == 409 and "2020" in asked.json()["detail"]
    answer = client.post(address, {"arrived_at": early, "sure_at": early}, format="json")

    assert (answer.status_code, answer.json()["arrived_at"]) == (200, early)


def test_many_arrivals_are_confirmed_as_expected_and_the_odd_ones_by_themselves(
    client: Client, case: Case, community: Place, sender: User, evening: datetime
) -> None:
    missing = make_case(place=community, expected_arrival_at=evening - timedelta(days=3),
                        now=evening - timedelta(days=4))  # fmt: skip
    client.force_login(sender, "houshayu.access.MembershipBackend")

    client.post(
        reverse("returnees:case_bulk"),
        {"act": "arrive", "confirmed": "1", "chosen": [case.number, missing.number]},
    )

    assert list(Case.objects.exclude(arrived_at=None)) == [case]
