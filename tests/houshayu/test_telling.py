"""Lines of one kind, place and quarter of an hour are one message, and the inbox has few."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from houshayu.duties import planning
from houshayu.models import Message, MessageLine, Place, User
from tests.factories import NOW, check_in, make_observed_case, make_user, moment, tell_user

EVENING = moment("2020-03-20", "20:30")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def client(hotel_worker: User) -> Client:
    client = Client()
    client.force_login(hotel_worker, "houshayu.access.MembershipBackend")
    return client


def checkins(user: User) -> Message:
    return Message.objects.for_user(user).for_rows().get(kind="checkin")


def test_many_lines_of_a_place_are_one_message_that_counts_them(
    hotel: Place, hotel_worker: User, client: Client
) -> None:
    for _each in range(3):
        make_observed_case(place=hotel)

    planning.plan_and_send(EVENING)

    message = checkins(hotel_worker)
    assert message.lines.count() == 3
    assert str(message.subject) == f"未测温：{hotel}，3项"


def test_a_line_alone_is_its_own_subject(observed: object, hotel_worker: User) -> None:
    planning.plan_and_send(EVENING)

    message = checkins(hotel_worker)
    assert message.subject == message.lines.get().text


def test_a_message_that_was_read_is_unread_again_when_it_gets_a_line(
    hotel_worker: User,
) -> None:
    tell_user(hotel_worker, now=NOW)
    Message.objects.update(read_at=NOW)

    tell_user(hotel_worker, now=NOW + MINUTE)

    message = Message.objects.get()
    assert (message.read_at, message.lines.count()) == (None, 2)


def test_another_quarter_of_an_hour_is_another_message(hotel_worker: User) -> None:
    tell_user(hotel_worker, now=NOW)
    tell_user(hotel_worker, now=NOW + 14 * MINUTE)
    tell_user(hotel_worker, now=NOW + 15 * MINUTE)

    assert [m.lines.count() for m in Message.objects.order_by("quarter")] == [2, 1]


def test_the_page_of_a_message_marks_what_waits_no_more_and_is_read_then(
    hotel: Place, hotel_worker: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, open_ = make_observed_case(place=hotel), make_observed_case(place=hotel)
    planning.plan_and_send(EVENING)
    check_in(done, day=0, slot="evening")
    monkeypatch.setattr("houshayu.clock.now", lambda: EVENING)

    page = client.get(checkins(hotel_worker).get_absolute_url())

    assert {line.about_id: is_done for line, _text, is_done in page.context["lines"]} == {
        done.pk: True,
        open_.pk: False,
    }
    assert f"kind=checkin&amp;place={hotel.code}" in page.text
    assert checkins(hotel_worker).read_at == EVENING


def test_a_message_is_its_recipients_alone(hotel_worker: User, client: Client) -> None:
    tell_user(make_user(), now=NOW)

    answer = client.get(reverse("message_detail", args=[Message.objects.get().pk]))

    assert answer.status_code == 404


def test_the_inbox_shows_a_kind_and_marks_just_that_as_read(
    hotel_worker: User, client: Client
) -> None:
    tell_user(hotel_worker, kind="checkin")
    tell_user(hotel_worker, kind="test")

    page = client.get(reverse("inbox"), {"kind": "test"})
    client.post(reverse("inbox_read"), {"kind": "test"})

    assert [message.kind for message in page.context["page"].rows] == ["test"]
    assert [message.kind for message in Message.objects.unread()] == ["checkin"]


def test_all_that_the_filters_leave_is_marked_and_a_filter_that_means_nothing_marks_none(
    hotel_worker: User, client: Client
) -> None:
    tell_user(hotel_worker, kind="checkin")
    tell_user(make_user(), kind="checkin")
    filtered = f"{reverse('inbox')}?state=unread&kind=checkin"

    client.post(reverse("inbox_read"), {"kind": "nonsense"})
    assert Message.objects.unread().count() == 2
    answer = client.post(
        reverse("inbox_read"), {"state": "unread", "kind": "checkin", "next": filtered}
    )

    assert answer.headers["Location"] == filtered
    assert [message.recipient for message in Message.objects.unread()] != [hotel_worker]
    assert Message.objects.unread().count() == 1
    assert list(client.get(filtered).context["page"].rows) == []


def test_the_chosen_messages_are_marked_and_nobody_elses(
    hotel_worker: User, client: Client
) -> None:
    tell_user(hotel_worker, kind="checkin")
    tell_user(hotel_worker, kind="test")
    tell_user(make_user(), kind="checkin")
    chosen = Message.objects.filter(kind="checkin")

    page = client.post(
        reverse("inbox_bulk"), {"act": "read", "chosen": [message.pk for message in chosen]}
    )

    assert [result.row.recipient for result in page.context["results"]] == [hotel_worker]
    assert Message.objects.unread().filter(recipient=hotel_worker).get().kind == "test"
    assert Message.objects.unread().count() == 2


def test_one_message_is_marked_in_its_row(hotel_worker: User, client: Client) -> None:
    tell_user(hotel_worker)
    tell_user(make_user())
    own, others = (
        reverse("message_read", args=[each.pk]) for each in Message.objects.order_by("pk")
    )

    row = client.post(own, headers={"HX-Request": "true"})

    assert "is-new" not in row.text and "<form" not in row.text
    assert client.post(others).status_code == 404
    assert Message.objects.unread().count() == 1


def test_the_api_has_the_inbox_of_its_user_by_the_filters_of_the_page(hotel_worker: User) -> None:
    tell_user(hotel_worker, 2, kind="checkin")
    tell_user(hotel_worker, kind="test")
    tell_user(make_user(), kind="test")
    others = Message.objects.exclude(recipient=hotel_worker).get()
    api = APIClient()
    api.force_authenticate(hotel_worker)

    listed = api.get("/api/messages/", {"kind": "checkin", "state": "unread"}).json()["results"]
    address = f"/api/messages/{listed[0]['id']}/"
    assert [each["kind"] for each in listed] == ["checkin"]
    assert len(api.get(address).json()["lines"]) == 2
    assert api.get("/api/messages/", {"kind": "nonsense"}).status_code == 400
    assert api.post("/api/messages/read/?kind=nonsense").status_code == 400
    assert api.get(f"/api/messages/{others.pk}/").status_code == 404
    assert api.post(f"/api/messages/{others.pk}/read/").status_code == 404

    assert api.post(f"{address}read/").json()["read_at"] is not None
    assert api.post("/api/messages/read/?kind=test").json() == {"read": 1}
    assert [each.recipient for each in Message.objects.unread()] == [others.recipient]


@pytest.mark.parametrize("messages", [1, 6])
def test_the_inbox_costs_the_same_queries_for_one_message_and_many(
    hotel_worker: User, client: Client, messages: int, django_assert_num_queries: Any
) -> None:
    for number in range(messages):
        tell_user(hotel_worker, 2, now=NOW + number * timedelta(hours=1))

    # The last one: the names of the people.
    with django_assert_num_queries(9):
        client.get(reverse("inbox"))


def test_the_same_thing_reaches_somebody_once(observed: object, hotel_worker: User) -> None:
    planning.plan_and_send(EVENING)
    before = MessageLine.objects.count()

    planning.plan_and_send(EVENING + MINUTE)

    assert MessageLine.objects.count() == before
