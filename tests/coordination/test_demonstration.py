"""The demonstration's staff do with the program what its users do, and the clock obeys."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from coordination import day
from coordination.demonstration import live
from houshayu import clock
from houshayu.calendar import BEIJING
from houshayu.demonstration import accounts
from houshayu.duties import planning
from houshayu.mail import send_queued
from houshayu.models import ClockShift, MailStatus, Message, MessageLine, Place, User
from returnees import releasing
from returnees.demonstration import cast
from returnees.models import Case, CaseOutcome, Room, RoomState
from returnees.registration import register
from tests.factories import (
    holder_of,
    make_observed_case,
    make_registration,
    make_user,
    moment,
    tell_user,
)

MORNING = moment("2020-03-20", "08:30")


@pytest.fixture
def demonstration(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.create_accounts()
    cast.worker.cache_clear()
    # What goes wrong now and then in the demonstration follows from the case's number.
    monkeypatch.setattr(cast, "unlucky", lambda _case, _one_in: False)


def test_the_staff_bring_somebody_from_the_airport_to_the_release(demonstration: None) -> None:
    community = Place.objects.get(code="jiangshanfu")
    begin = moment("2020-03-01", "09:00")
    case = register(
        make_registration(expected_arrival_at=begin + timedelta(hours=26), community=community),
        place=community,
        by=accounts.worker_of(community),
        now=begin,
    )

    for _day in range(17):
        live(begin, begin + timedelta(days=1, minutes=1))
        begin += timedelta(days=1)
        assert list(day.lost(Case.objects.open(), begin)) == []

    case.refresh_from_db()
    assert case.outcome == CaseOutcome.RELEASED
    way = [custody.place.kind for custody in case.custodies.order_by("started_at")]
    assert way[:2] == ["community", "hub"] and way[-1] == "community"
    observation = case.observations.get()
    assert (observation.ended_on - observation.started_on).days == 14
    assert observation.checkins.count() >= 24


def test_the_hotels_list_their_rooms_and_give_them_out(demonstration: None) -> None:
    community = Place.objects.get(code="jiangshanfu")
    begin = moment("2020-03-18", "09:00")
    case = register(
        make_registration(
            expected_arrival_at=begin + timedelta(hours=5),
            community=community,
            request={"requested_mode": "centralized"},
        ),
        place=community,
        by=accounts.worker_of(community),
        now=begin,
    )

    live(begin, begin + timedelta(days=1))
    room = case.stays.get().room
    assert room.place == holder_of(case)
    releasing.close(
        case, CaseOutcome.CONFIRMED, by=make_user(), now=begin + timedelta(days=1), note="120"
    )
    live(begin + timedelta(days=1), begin + timedelta(days=2))

    here = Room.objects.filter(place=room.place).exclude(state=RoomState.FREE).in_order()
    # One room of a hotel always waits for the cleaners' next turn.
    assert [(each.number, each.state) for each in here] == [
        (room.number, RoomState.CLEANING),
        ("0203", RoomState.BLOCKED),
    ]


def test_what_a_hotel_misses_fills_its_desks_inbox_with_few_messages(demonstration: None) -> None:
    """Before lines were put together, twenty guests and three days were as many messages."""
    hotel = Place.objects.get(code="demo-hotel-jia")
    for number in range(20):
        make_observed_case(place=hotel, room=f"08{number:02}")

    for date in ("2020-03-20", "2020-03-21", "2020-03-22"):
        for hour in ("13:00", "21:00"):
            planning.plan_and_send(moment(date, hour))

    desk = accounts.worker_of(hotel)
    assert MessageLine.objects.filter(recipient=desk).count() == 120
    assert Message.objects.for_user(desk).count() == 6


@override_settings(DEMONSTRATION=True)
def test_each_press_is_one_more_morning_and_nothing_leaves_the_machine(
    demonstration: None, client: Client
) -> None:
    ClockShift.set_to(MORNING)
    coordinator = User.objects.get(username="coordinator")
    client.force_login(coordinator, "houshayu.access.MembershipBackend")
    tell_user(coordinator, now=MORNING)
    Message.objects.update(mail_status=MailStatus.QUEUED)

    for on in (21, 22):
        client.post(reverse("coordination:next_morning"))
        shown = clock.now().astimezone(BEIJING)
        assert shown.replace(microsecond=0) - datetime(2020, 3, on, 8, 30, tzinfo=BEIJING) < (
            timedelta(minutes=5)
        )

    assert send_queued(clock.now()) == 0
    assert mail.outbox == []


@override_settings(DEMONSTRATION=True)
def test_only_a_coordinator_moves_the_clock(demonstration: None, client: Client) -> None:
    ClockShift.set_to(MORNING)
    client.force_login(User.objects.get(username="worker"), "houshayu.access.MembershipBackend")

    assert client.post(reverse("coordination:next_morning")).status_code == 403
    assert clock.now() - MORNING < timedelta(minutes=5)


def test_newcomers_cases_stay_in_their_own_hands(demonstration: None) -> None:
    community = Place.objects.get(code="jiangshanfu")
    case = register(
        make_registration(expected_arrival_at=MORNING + timedelta(hours=3), community=community),
        place=community,
        by=accounts.worker_of(community),
        now=MORNING + timedelta(minutes=5),
    )

    live(MORNING, MORNING + timedelta(days=1))

    assert holder_of(Case.objects.get()) == holder_of(case) == community
    assert not case.handoffs.exists()
