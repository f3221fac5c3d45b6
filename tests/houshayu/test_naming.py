"""Messages and the day say who it is and in which room; what is stored and mailed keeps numbers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from houshayu.duties import planning
from houshayu.models import Message, MessageLine, Place, User
from houshayu.naming import named
from returnees.models import Case
from tests.factories import accept, make_handoff, make_observed_case, moment

EVENING = moment("2020-03-20", "20:30")


@pytest.fixture
def guest(community: Place, hotel: Place) -> Case:
    """马强 in room 0312 of the hotel since NOW."""
    person = {"name_zh": "马强"}
    return make_observed_case(place=hotel, community=community, room="0312", person=person)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "houshayu.access.MembershipBackend")
    return client


@pytest.mark.parametrize("page", ["inbox", "message"])
def test_a_message_names_the_room_and_the_person(
    guest: Case, hotel_worker: User, page: str
) -> None:
    planning.plan_and_send(EVENING)
    message = Message.objects.for_user(hotel_worker).get(kind="checkin")
    url = {"inbox": reverse("inbox"), "message": message.get_absolute_url()}[page]

    text = logged_in(hotel_worker).get(url).content.decode()

    assert "未测温：0312 马强" in text and guest.number not in text


def test_the_english_line_says_the_same(guest: Case, hotel_worker: User) -> None:
    User.objects.filter(pk=hotel_worker.pk).update(language="en")
    planning.plan_and_send(EVENING)
    line = MessageLine.objects.get(recipient=hotel_worker, message__kind="checkin")

    [text] = named([line.text], hotel_worker)

    assert text.startswith("Check-in missing: 0312 马强, day 0, ")


def test_what_is_stored_and_mailed_names_nobody(guest: Case, hotel_worker: User) -> None:
    User.objects.filter(pk=hotel_worker.pk).update(email="desk@hotel.example")
    planning.plan_and_send(EVENING)

    message = Message.objects.for_user(hotel_worker).prefetch_related("lines").get(kind="checkin")
    mail = message.mail_subject(message.lines.all()) + message.mail_preview

    assert guest.number in mail and "马强" not in mail and "0312" not in mail


def test_the_day_names_the_room_and_the_person(
    guest: Case, hotel_worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("houshayu.clock.now", lambda: EVENING)

    text = logged_in(hotel_worker).get(reverse("coordination:my_day")).content.decode()

    assert "0312 马强" in text


def test_whoever_has_no_more_to_do_with_somebody_reads_the_number(
    guest: Case, hub: Place, receiver: User, hotel_worker: User, stranger: User
) -> None:
    sentence = f"{guest.number}, {guest.number}"
    assert named([sentence], hotel_worker) == ["0312 马强, 0312 马强"]

    accept(make_handoff(case=guest, to_place=hub), by=receiver, now=EVENING)

    assert named([sentence], hotel_worker) == [sentence]
    assert named([sentence], stranger) == [sentence]
    assert named([sentence], receiver) == ["马强, 马强"]


def test_a_number_that_is_nobodys_stays(hotel_worker: User) -> None:
    assert named(["HSY-000000", "no number"], hotel_worker) == ["HSY-000000", "no number"]


def test_an_opened_message_is_read(guest: Case, hotel_worker: User) -> None:
    planning.plan_and_send(EVENING)
    message = Message.objects.for_user(hotel_worker).get(kind="checkin")

    logged_in(hotel_worker).get(message.get_absolute_url())

    message.refresh_from_db()
    assert message.read_at


@pytest.mark.parametrize("lines", [1, 5])
def test_naming_costs_one_query_however_many_sentences(
    hotel: Place, hotel_worker: User, lines: int, django_assert_num_queries: Any
) -> None:
    numbers = [make_observed_case(place=hotel).number for _ in range(lines)]
    hotel_worker.has_perm("returnees.view_case")

    with django_assert_num_queries(1):
        named(numbers, hotel_worker)
