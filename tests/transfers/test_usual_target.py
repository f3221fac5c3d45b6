"""Who goes where next is proposed: community → hub → hotel → home, by the decision."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from houshayu.models import Place, PlaceKind, User
from tests.factories import (
    NOW,
    hand_over,
    make_case,
    make_place,
    make_room,
)
from transfers.usual_target import Standing, Stop, next_stop, usual_target

HUB, HOME = 7, 9


def somebody(place: PlaceKind, *, arrived: bool = True, may_go_home: bool = False) -> Standing:
    return Standing(place=place, arrived=arrived, may_go_home=may_go_home, home=HOME)


@pytest.mark.parametrize(
    ("standing", "stop"),
    [
        (somebody(PlaceKind.COMMUNITY, arrived=False), Stop.HUB),
        (somebody(PlaceKind.SUBDISTRICT, arrived=False, may_go_home=True), Stop.HUB),
        (somebody(PlaceKind.HUB), Stop.HOTEL),
        (somebody(PlaceKind.HUB, may_go_home=True), Stop.HOME),
        # The hub takes people over a moment before their arrival is confirmed.
        (somebody(PlaceKind.HUB, arrived=False), Stop.HOTEL),
        (somebody(PlaceKind.HOTEL), None),
        (somebody(PlaceKind.HOTEL, may_go_home=True), Stop.HOME),
        (somebody(PlaceKind.VILLAGE), Stop.HOTEL),
        (somebody(PlaceKind.COMMUNITY, may_go_home=True), None),
        (somebody(PlaceKind.HOSPITAL), Stop.HOTEL),
        (somebody(PlaceKind.HOSPITAL, may_go_home=True), Stop.HOME),
        (somebody(PlaceKind.SUBDISTRICT, may_go_home=True), Stop.HOME),
    ],
)
def test_the_next_stop_follows_from_where_somebody_stands_and_what_was_decided(
    standing: Standing, stop: Stop | None
) -> None:
    assert next_stop(standing) is stop


def proposed(*people: Standing, hotels: dict[int, int | None] | None = None) -> int | None:
    return usual_target(people, hubs=[HUB], hotels=hotels or {})


def test_the_emptiest_hotel_is_proposed_and_never_a_full_one() -> None:
    arrived = somebody(PlaceKind.HUB)

    assert proposed(arrived, hotels={1: 3, 2: 12, 3: None, 4: 0}) == 2
    assert proposed(arrived, hotels={3: None, 4: 0}) == 3
    assert proposed(arrived, hotels={4: 0}) is None


def test_people_who_go_to_different_places_are_proposed_none() -> None:
    expected = somebody(PlaceKind.COMMUNITY, arrived=False)

    assert proposed(expected, expected) == HUB
    assert proposed(expected, somebody(PlaceKind.HUB), hotels={1: 3}) is None
    assert proposed(somebody(PlaceKind.HUB, may_go_home=True)) == HOME
    assert proposed() is None


# --- On the page ------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("houshayu.clock.now", lambda: NOW)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "houshayu.access.MembershipBackend")
    return client


def chosen_on(page: str) -> str:
    """The option that is filled in."""
    [found] = re.findall(r"<option[^>]* selected[^>]*>([^<]*)</option>", page)
    return str(found)


def test_the_form_proposes_the_hub_for_somebody_who_is_expected(
    sender: User, community: Place, hub: Place
) -> None:
    case = make_case(place=community)
    url = reverse("transfers:handoff_offer", args=[case.number])

    page = logged_in(sender).get(url).content.decode()

    assert chosen_on(page) == str(hub)


def test_the_form_proposes_the_emptiest_hotel_from_the_hub(
    receiver: User, community: Place, hub: Place, hotel: Place
) -> None:
    emptier = make_place(kind=PlaceKind.HOTEL)
    make_room("0301", place=hotel)
    for number in ("0301", "0302"):
        make_room(number, place=emptier)
    case = make_case(place=community, arrived=NOW)
    hand_over(case, hub, now=NOW)
    url = reverse("transfers:handoff_offer", args=[case.number])

    page = logged_in(receiver).get(url).content.decode()

    assert chosen_on(page).startswith(str(emptier))


def test_many_who_go_the_same_way_are_proposed_one_place(
    sender: User, community: Place, hub: Place
) -> None:
    cases = [make_case(place=community) for _ in range(2)]
    sent = {"act": "offer", "chosen": [case.number for case in cases]}

    page = logged_in(sender).post(reverse("returnees:case_bulk"), sent).content.decode()

    assert chosen_on(page) == str(hub)


def test_the_places_stand_under_their_kinds_and_are_found_in_both_languages(
    sender: User, community: Place, hub: Place, hotel: Place
) -> None:
    case = make_case(place=community)
    url = reverse("transfers:handoff_offer", args=[case.number])

    page = logged_in(sender).get(url).content.decode()

    groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', page, re.S)
    assert [name for name, _options in groups] == [
        "转运集散地", "集中观察酒店", "村和社区", "医院", "其他单位",
    ]  # fmt: skip
    held = dict(groups)
    assert (
        f'value="{hub.pk}"' in held["转运集散地"] and f'value="{hotel.pk}"' in held["集中观察酒店"]
    )
    assert hub.code in re.findall(r'data-search="([^"]*)"', held["转运集散地"])[0]
    assert 'data-searched="输入名称查找单位"' in page


@pytest.mark.parametrize("cases", [1, 4])
def test_proposing_costs_the_same_queries_for_one_and_for_many(
    sender: User, community: Place, cases: int, django_assert_num_queries: Any
) -> None:
    chosen = [make_case(place=community).number for _ in range(cases)]
    client = logged_in(sender)

    with django_assert_num_queries(14):
        client.post(reverse("returnees:case_bulk"), {"act": "offer", "chosen": chosen})
