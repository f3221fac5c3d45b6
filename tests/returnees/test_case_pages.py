"""The list of cases as the people who work with it all day see it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from houshayu.keyset import keyset_page
from houshayu.models import ClockShift, Place, User
from returnees import arrivals, releasing
from returnees.models import Case
from tests.factories import (
    NOW,
    make_alert,
    make_case,
    make_observed_case,
    make_user,
    moment,
    observation_of,
)

URL = reverse("returnees:case_list")


@pytest.fixture
def client(coordinator: User) -> Client:
    client = Client()
    client.force_login(coordinator, "houshayu.access.MembershipBackend")
    return client


def shown(page: str) -> list[str]:
    return re.findall(r'name="chosen"\s+form="bulk"\s+value="(HSY-\w+)"', page)


def link(page: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return URL + found[1].replace("&amp;", "&") if found else ""


def test_every_case_is_on_one_page_and_the_filter_on_all(
    client: Client, community: Place, hotel: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All were registered at one moment, so only the second key distinguishes them."""
    monkeypatch.setitem(keyset_page.__kwdefaults__, "size", 2)
    expected = {make_case(place=community).number for _case in range(5)}
    make_observed_case(place=hotel)

    pages, address = [], f"{URL}?whereabouts=expected"
    while address:
        page = client.get(address).content.decode()
        pages.append(shown(page))
        address = link(page, "next")
        assert not address or "whereabouts=expected" in address
    back = client.get(link(page, "prev")).content.decode()

    assert [len(numbers) for numbers in pages] == [2, 2, 1]
    assert {number for numbers in pages for number in numbers} == expected
    assert shown(back) == pages[1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "wang xiaoming"}, 1),
        ({"q": "王小明"}, 1),
        ({"q": "nobody"}, 0),
        ({"arrived_on": "2020-03-20"}, 1),
        ({"arrived_on": "2020-03-19"}, 0),
        ({"release": "today"}, 0),
        ({"whereabouts": "in_hotel"}, 1),
        ({"state": "closed"}, 0),
        ({"q": "\u0000" * 3, "state": "open"}, None),
        ({"whereabouts": "on the moon", "holder": "x", "arrived_on": "yesterday"}, None),
    ],
)
def test_a_filter_finds_what_it_says(
    client: Client, observed: Case, query: dict[str, str], found: int | None
) -> None:
    page = client.get(URL, query)

    assert page.status_code == (200 if found is not None else page.status_code) < 500
    if found is not None:
        assert len(shown(page.content.decode())) == found


def test_a_number_is_found_as_people_write_it(client: Client, observed: Case, hub: Place) -> None:
    make_case(place=hub)

    for written in (observed.number, observed.number.lower(), observed.number[4:]):
        assert shown(client.get(URL, {"q": written}).content.decode()) == [observed.number]


def test_midnight_in_beijing_begins_the_day_of_an_arrival(client: Client, hotel: Place) -> None:
    first = make_observed_case(place=hotel, arrived=moment("2020-03-20", "00:00"))
    make_observed_case(place=hotel, arrived=moment("2020-03-19", "23:59"))

    assert shown(client.get(URL, {"arrived_on": "2020-03-20"}).content.decode()) == [first.number]


def test_an_empty_list_says_so(client: Client) -> None:
    assert "没有符合条件的人员" in client.get(URL).content.decode()


@pytest.mark.parametrize("cases", [1, 8])
def test_the_list_asks_as_often_for_many_cases_as_for_one(
    client: Client, hotel: Place, cases: int, django_assert_num_queries: Any
) -> None:
    for _case in range(cases):
        make_observed_case(place=hotel, arrived=NOW)

    with django_assert_num_queries(10):
        client.get(URL)


def test_an_alert_that_nobody_settled_ends_with_its_case(client: Client, observed: Case) -> None:
    make_alert(observed)
    assert "status-bad" in client.get(URL).content.decode()

    releasing.close(
        observed, "confirmed", by=make_user(), now=moment("2020-03-25"), note="in hospital"
    )

    listed = client.get(f"{URL}?state=all").content.decode()
    assert observed.number in listed and "status-bad" not in listed


def test_a_wrong_arrival_is_corrected_with_a_reason(
    client: Client, case: Case, settings: Any
) -> None:
    settings.DEMONSTRATION = True
    ClockShift.set_to(moment("2020-03-25"))
    arrivals.arrive(case, at=NOW, by=make_user(), now=NOW, sure=True)
    address = reverse("returnees:arrival_correct", args=[case.number])
    stated = "2020-03-20 08:30"
    assert f'value="{stated}"' in client.get(address).content.decode()

    for answer in (
        {"reason": "a slip"},
        {"reason": "a slip", "arrived_at": "2020-03-26T08:30"},
        {"arrived_at": "2020-03-20T08:30"},
    ):
        assert 'aria-invalid="true"' in client.post(address, answer).content.decode()
    typed = {"reason": "another flight", "arrived_at": stated, "not_arrived": "on"}
    client.post(address, typed | {"confirmed": "1"})

    case.refresh_from_db()
    assert case.arrived_at is None
    history = client.get(reverse("returnees:case_history", args=[case.number]))
    assert "another flight" in history.content.decode()


def test_a_further_test_is_planned_for_a_day_of_the_observation(
    client: Client, observed: Case, settings: Any
) -> None:
    settings.DEMONSTRATION = True
    ClockShift.set_to(moment("2020-03-25"))
    address = reverse("returnees:labtest_plan", args=[observed.number])

    for day in ("2020-03-24", "2020-04-04", "", "2020-04-02"):
        refused = client.post(address, {"due_on": day})
        assert 'aria-invalid="true"' in refused.content.decode()  # the 2nd of April has its own
    client.post(address, {"due_on": "2020-03-28"})

    days = [str(each.due_on) for each in observation_of(observed).labtests.all()]
    assert days == ["2020-03-20", "2020-03-28", "2020-04-02"]
