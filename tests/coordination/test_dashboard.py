from __future__ import annotations

import re
from datetime import timedelta
from html import escape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coordination import dashboard
from houshayu.models import Place, User
from returnees.models import Case
from tests.factories import (
    NOW,
    check_in,
    hand_over,
    make_alert,
    make_case,
    make_handoff,
    make_observed_case,
    moment,
    real_place,
)


@pytest.fixture
def client(coordinator: User) -> Client:
    client = Client()
    client.force_login(coordinator, "houshayu.access.MembershipBackend")
    return client


def rows_behind(client: Client, url: str) -> int:
    """How many things the list at the address shows."""
    page = client.get(url).content.decode()
    if "/cases/" in url:
        return len(set(re.findall(r'name="chosen"\s+form="bulk"\s+value="(HSY-\w+)"', page)))
    return len(set(re.findall(r'id="(?:handoff|alert)-(\d+)"', page)))


def test_every_number_is_the_length_of_the_list_it_links_to(
    client: Client,
    coordinator: User,
    community: Place,
    hub: Place,
    hotel: Place,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = moment("2020-03-20", "16:30")
    monkeypatch.setattr("houshayu.clock.now", lambda: now)
    make_case(place=community)
    make_case(place=community, arrived=NOW)
    make_handoff(case=make_case(place=community), to_place=hub, now=NOW)
    for arrived in ("2020-03-05", "2020-03-06", "2020-03-07", "2020-03-18"):
        make_observed_case(place=hotel, arrived=moment(arrived, "08:00"))
    feverish = make_observed_case(place=hotel, arrived=NOW)
    make_alert(feverish)
    check_in(make_observed_case(place=hotel, arrived=NOW), day=0, slot="evening")
    make_case(place=real_place("xiangmi-bay"))
    # Seen, and in the hands of others: handed over out of the sub-district, and on offer into it.
    gone = make_observed_case(place=hotel, arrived=moment("2020-03-06", "08:00"))
    hand_over(gone, real_place("shunyi-hospital"), now=NOW)
    make_handoff(
        case=make_observed_case(place=real_place("shunyi-hospital"), arrived=NOW),
        to_place=hotel,
        now=NOW,
    )

    tiles = dashboard.tiles(coordinator, now)

    counted = {str(tile.url): tile.count for tile in tiles}
    assert counted == {url: rows_behind(client, url) for url in counted}
    assert sum(tile.count > 0 for tile in tiles) >= 8


def test_what_waits_is_counted_by_sender_and_receiver_oldest_first(
    client: Client,
    coordinator: User,
    community: Place,
    hub: Place,
    hotel: Place,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later = NOW + timedelta(hours=3)
    monkeypatch.setattr("houshayu.clock.now", lambda: later)
    for planned_at in (None, later, None):
        make_handoff(case=make_case(place=community), to_place=hub, now=NOW, planned_at=planned_at)
    make_handoff(
        case=make_case(place=community), to_place=hotel, now=NOW - timedelta(hours=1)
    ).decline(by=coordinator, now=NOW, reason="full")
    make_handoff(case=make_case(place=hub), to_place=hotel, now=NOW - timedelta(minutes=1))

    make_handoff(case=make_case(place=community), to_place=hotel, now=NOW)

    waiting = dashboard.waiting_by_place(coordinator, later)

    assert {
        end: [(row.place, row.count, row.overdue) for row in rows] for end, rows in waiting.items()
    } == {
        "from": [(hub, 1, 1), (community, 4, 3)],
        "to": [(hotel, 2, 2), (hub, 3, 2)],
    }
    page = client.get(reverse("coordination:dashboard")).content.decode()
    for row in [*waiting["from"], *waiting["to"]]:
        assert escape(row.url) in page
        assert rows_behind(client, row.url) == row.count
        assert rows_behind(client, f"{row.url}&overdue=true") == row.overdue


def test_the_chart_counts_arrivals_and_releases_of_the_last_fourteen_days(
    client: Client, coordinator: User, hotel: Place
) -> None:
    make_observed_case(place=hotel, arrived=moment("2020-03-18", "08:00"))
    make_observed_case(place=hotel, arrived=moment("2020-03-18", "23:00"))
    make_observed_case(place=hotel, arrived=moment("2020-03-01", "08:00"))

    chart = dashboard.arrivals_and_releases(coordinator, NOW)

    assert len(chart["days"]) == 14
    assert sum(chart["arrivals"]) == chart["arrivals"][-3] == 2


def test_the_part_that_refreshes_is_a_fragment(client: Client) -> None:
    whole = client.get(reverse("coordination:dashboard"))
    part = client.get(reverse("coordination:dashboard"), headers={"HX-Request": "true"})

    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert b'class="tiles"' in part.content


@pytest.mark.parametrize("cases", [1, 8])
def test_the_dashboard_costs_the_same_queries_for_one_case_and_many(
    client: Client, hotel: Place, cases: int, django_assert_num_queries: object
) -> None:
    for _each in range(cases):
        make_observed_case(place=hotel, arrived=NOW)

    with django_assert_num_queries(14):  # type: ignore[operator]
        client.get(reverse("coordination:dashboard"))


def test_no_number_of_the_dashboard_reads_check_ins(client: Client, hotel: Place) -> None:
    make_observed_case(place=hotel, arrived=NOW)

    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("coordination:dashboard"))

    # Whoever was looked for in vain may have been measured since; these are few.
    of_attempts = re.compile(r"FROM returnees_attempt tried.*?> tried\.made_at", re.DOTALL)
    statements = [of_attempts.sub("", query["sql"]) for query in asked.captured_queries]
    assert [each for each in statements if "returnees_checkin" in each] == []


def test_what_is_seen_of_open_cases_never_hashes_the_custodies_of_years(coordinator: User) -> None:
    plan = Case.objects.open().visible_to(coordinator).explain()

    assert "SubPlan" in plan and "hashed" not in plan
