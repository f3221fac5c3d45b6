"""A desk takes over a bus on one page, row by row: what is refused stays, the rest is done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from houshayu.models import Place, User
from returnees.models import Case, RoomStay
from tests.factories import NOW, make_case, make_handoff, make_room, make_user
from transfers.models import Handoff, HandoffStatus


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("houshayu.clock.now", lambda: NOW)


def bus(hotel: Place, community: Place, many: int) -> list[Handoff]:
    """People who have arrived, on offer to the hotel."""
    return [
        make_handoff(case=make_case(place=community, arrived=NOW), to_place=hotel)
        for _each in range(many)
    ]


def accept(
    user: User, rows: dict[Handoff, dict[str, str]], *, confirmed: bool = True
) -> HttpResponse:
    client = Client()
    client.force_login(user, "houshayu.access.MembershipBackend")
    sent: dict[str, Any] = {"act": "accept", "chosen": [each.pk for each in rows]}
    for handoff, typed in rows.items():
        sent |= {f"row-{handoff.pk}-{name}": value for name, value in typed.items()}
    return client.post(
        reverse("transfers:handoff_bulk"), sent | ({"confirmed": "1"} if confirmed else {})
    )


def still_asked(answer: HttpResponse) -> list[Handoff]:
    return [each.row for each in answer.context["chosen"]]


def test_each_gets_the_room_and_the_temperature_of_their_row(
    hotel_worker: User, hotel: Place, community: Place
) -> None:
    make_room("0301", place=hotel)
    make_room("0302", place=hotel)
    one, two, three = bus(hotel, community, 3)

    answer = accept(
        hotel_worker,
        {
            one: {"room": "0301", "temperature": "36.5"},
            two: {"room": "0302", "temperature": "36.7"},
            three: {"without_room": "on"},
        },
    )

    assert answer.context["done"] == 3
    stays = RoomStay.objects.open().values_list("case", "room__number")
    assert dict(stays) == {one.case_id: "0301", two.case_id: "0302"}
    assert Handoff.objects.get(pk=two.pk).temperature == Decimal("36.7")


def test_the_page_asks_for_room_and_temperature_of_each(
    hotel_worker: User, hotel: Place, community: Place
) -> None:
    handoffs = bus(hotel, community, 2)

    text = accept(hotel_worker, {each: {} for each in handoffs}, confirmed=False).content.decode()

    for each in handoffs:
        assert f'name="row-{each.pk}-room"' in text and f'name="row-{each.pk}-temperature"' in text
        assert str(each.case.person) in text


def test_refused_rows_stay_with_what_was_typed_and_the_others_are_done(
    hotel_worker: User, hotel: Place, community: Place
) -> None:
    make_room("0301", place=hotel)
    good, no_room, too_hot, unsaid = bus(hotel, community, 4)

    answer = accept(
        hotel_worker,
        {
            good: {"room": "0301", "temperature": "36.5"},
            no_room: {"room": "0999", "temperature": "36.8"},
            too_hot: {"without_room": "on", "temperature": "366"},
            unsaid: {},
        },
    )

    text = answer.content.decode()
    assert answer.status_code == 422
    assert still_asked(answer) == [no_room, too_hot, unsaid]
    assert 'value="0999"' in text and 'value="36.8"' in text and 'value="366"' in text
    assert [each.row for each in answer.context["results"]] == [good]
    assert Handoff.objects.filter(status=HandoffStatus.ACCEPTED).get() == good


def test_what_stayed_is_done_by_sending_the_page_again(
    hotel_worker: User, hotel: Place, community: Place
) -> None:
    make_room("0302", place=hotel)
    [handoff] = bus(hotel, community, 1)
    accept(hotel_worker, {handoff: {"room": "0999"}})

    answer = accept(hotel_worker, {handoff: {"room": "0302"}})

    assert answer.context["done"] == 1


def test_strangers_in_one_room_are_asked_why_in_their_row(
    hotel_worker: User, hotel: Place, community: Place
) -> None:
    make_room("0301", place=hotel, beds=2)
    one, two = bus(hotel, community, 2)

    answer = accept(hotel_worker, {one: {"room": "0301"}, two: {"room": "0301"}})

    form = answer.context["chosen"][0].form
    assert still_asked(answer) == [two] and "sharing_reason" in form.errors
    assert not form["sharing_reason"].is_hidden
    again = {"room": "0301", "sharing_reason": "Colleagues who asked for it"}
    assert accept(hotel_worker, {two: again}).context["done"] == 1


def test_what_was_answered_meanwhile_is_refused_and_not_asked_again(
    hotel_worker: User, hotel: Place, community: Place
) -> None:
    handoff, other = bus(hotel, community, 2)
    handoff.cancel(by=make_user(), now=NOW)

    answer = accept(hotel_worker, {handoff: {"room": "0301"}, other: {"without_room": "on"}})

    assert [bool(each.refused) for each in answer.context["results"]] == [True, False]


def test_nobody_takes_over_what_is_offered_to_others(
    receiver: User, hotel: Place, community: Place
) -> None:
    [handoff] = bus(hotel, community, 1)

    answer = accept(receiver, {handoff: {"without_room": "on"}})

    assert answer.status_code == 302
    assert Case.objects.get(pk=handoff.case_id).custodies.get(ended_at=None).place == community
