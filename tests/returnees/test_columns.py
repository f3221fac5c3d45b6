"""The columns of the list of cases: chosen, sorted by, on the page as in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from houshayu.keyset import keyset_page
from houshayu.listing import Filters, PlaceFilter
from houshayu.models import ClockShift, Place, User
from returnees import releasing
from returnees.columns import CASE_COLUMNS
from returnees.models import Case
from tests.factories import NOW, check_in, make_case, make_observed_case, make_room
from transfers.filters import HandoffFilter

URL = reverse("returnees:case_list")
EVERY = [each.code for each in CASE_COLUMNS.every]
SORTED = [each.code for each in CASE_COLUMNS.sortable(bounded=True)]
INDEXED = [each.code for each in CASE_COLUMNS.sortable(bounded=False)]


@pytest.fixture(autouse=True)
def today(db: None, settings: Any) -> None:
    settings.DEMONSTRATION = True
    ClockShift.set_to(NOW + timedelta(hours=9))


@pytest.fixture
def client(coordinator: User) -> Client:
    client = Client()
    client.force_login(coordinator, "houshayu.access.MembershipBackend")
    return client


@pytest.fixture
def cases(community: Place, hotel: Place, client: Client) -> list[Case]:
    """Three in rooms since different days, and two who are expected and have neither."""
    for number in ("0812", "1001"):
        make_room(number, place=hotel)
    return [
        make_observed_case(
            place=hotel, community=community, arrived=NOW - timedelta(days=days), room=room
        )
        for days, room in ((3, "1001"), (1, "0812"), (2, ""))
    ] + [make_case(place=community, community=community) for _number in range(2)]


def numbers(page: str) -> list[str]:
    return re.findall(r'value="(HSY-\w+)"', page)


def heads(page: str) -> list[str]:
    head = re.search(r"<thead>(.*?)</thead>", page, re.S)
    assert head
    cells = re.findall(r"<th[^>]*>(.*?)</th>", head[1], re.S)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells][1:]


def cell(page: str, label: str) -> str:
    found = re.search(rf'<td data-label="{re.escape(label)}"[^>]*>(.*?)</td>', page, re.S)
    assert found
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


def pages(client: Client, query: dict[str, Any]) -> Iterator[str]:
    address = f"{URL}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
    while address:
        page = client.get(address).content.decode()
        yield page
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = URL + unescape(found[1]) if found else ""


def file_of(client: Client, query: dict[str, Any]) -> list[tuple[Any, ...]]:
    answer = client.get(reverse("returnees:case_export"), query)
    return list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))


# --- Chosen -----------------------------------------------------------------------------------


def test_the_list_shows_the_columns_that_its_address_asks_for(
    client: Client, cases: list[Case]
) -> None:
    page = client.get(URL, {"columns": ["flight", "room"]}).content.decode()

    assert heads(page) == ["登记编号", "房号", "航班号"]


def test_without_a_choice_it_shows_the_usual_ones(client: Client, cases: list[Case]) -> None:
    usual = [str(each.label) for each in CASE_COLUMNS.every if each.shown or each.fixed]

    assert heads(client.get(URL).content.decode()) == usual


def test_every_column_shows_what_the_case_has(
    client: Client, community: Place, hotel: Place
) -> None:
    case = make_observed_case(
        place=hotel, community=community, room="0812", person={"phone_cn": "13812345678"}
    )
    check_in(case, day=0, slot="evening", temperature="37.0")

    page = client.get(URL, {"columns": EVERY}).content.decode()

    shown = {each.code: cell(page, str(each.label)) for each in CASE_COLUMNS.every}
    assert shown["born"] == "1980"
    assert shown["phone"] == "138******78"
    assert shown["document"] == case.document.masked_number
    assert shown["flight"] == "CA950"
    assert shown["community"] == str(community)
    assert shown["holder"] == str(hotel)
    assert shown["reading"] == "37.0 第0天晚"
    assert shown["release"] == "4月3日"


def test_a_former_holder_sees_nothing_of_the_person_in_any_column(
    sender: User, community: Place, hotel: Place
) -> None:
    make_observed_case(place=hotel, community=community, room="0812")
    client = Client()
    client.force_login(sender, "houshayu.access.MembershipBackend")

    page = client.get(URL, {"columns": EVERY}).content.decode()

    hidden = ["born", "nationality", "language", "document", "phone", "room", "flight", "reading"]
    labels = [str(each.label) for each in CASE_COLUMNS.every if each.code in hidden]
    assert [cell(page, label) for label in labels] == [""] * len(hidden)


@pytest.mark.parametrize("many", [1, 6])
def test_all_columns_ask_as_often_for_many_cases_as_for_one(
    client: Client, hotel: Place, many: int, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.DEMONSTRATION = False
    for _case in range(many):
        make_observed_case(place=hotel)

    with django_assert_num_queries(10):
        client.get(URL, {"columns": EVERY, "sort": "release"})


def test_what_no_column_is_called_is_left_out_and_said(client: Client, cases: list[Case]) -> None:
    page = client.get(URL, {"columns": ["room", "shoe"]}).content.decode()

    assert heads(page) == ["登记编号", "房号"]
    assert "所选的某一列已不存在" in page


def test_the_row_that_comes_back_from_setting_a_room_has_the_chosen_columns(
    hotel_worker: User, community: Place, hotel: Place
) -> None:
    case = make_observed_case(place=hotel, community=community)
    make_room("0812", place=hotel)
    client = Client()
    client.force_login(hotel_worker, "houshayu.access.MembershipBackend")
    page = client.get(URL, {"columns": ["room", "flight"]}).content.decode()
    found = re.search(r'hx-post="([^"]+)"', page)
    assert found

    row = client.post(unescape(found[1]), {"room": "0812"}, headers={"HX-Request": "true"})

    assert case.stays.get().room.number == "0812"
    labels = re.findall(r'data-label="([^"]+)"', row.content.decode())
    assert labels == ["登记编号", "房号", "航班号"]


# --- Sorted -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("code", SORTED)
def test_every_case_is_on_one_page_however_they_are_sorted(
    client: Client, cases: list[Case], monkeypatch: pytest.MonkeyPatch, code: str, sign: str
) -> None:
    whole = numbers(client.get(URL, {"sort": f"{sign}{code}"}).content.decode())
    monkeypatch.setitem(keyset_page.__kwdefaults__, "size", 2)

    paged = [numbers(page) for page in pages(client, {"sort": f"{sign}{code}"})]

    assert [len(each) for each in paged] == [2, 2, 1]
    assert [number for page in paged for number in page] == whole
    assert set(whole) == {case.number for case in cases}


@pytest.mark.parametrize(
    ("sort", "first"),
    [("release", [0, 2, 1]), ("-release", [1, 2, 0]), ("day", [1, 2, 0]), ("room", [1, 0])],
)
def test_rows_with_nothing_there_are_the_last_in_any_direction(
    client: Client, cases: list[Case], sort: str, first: list[int]
) -> None:
    page = client.get(URL, {"sort": sort}).content.decode()

    assert numbers(page)[: len(first)] == [cases[each].number for each in first]


def test_the_way_back_leads_over_the_same_rows(
    client: Client, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(keyset_page.__kwdefaults__, "size", 2)
    _first, second, third = pages(client, {"sort": "room"})
    found = re.search(r'rel="prev" href="([^"]+)"', third)
    assert found

    back = client.get(URL + unescape(found[1])).content.decode()

    assert numbers(back) == numbers(second)


def test_a_press_on_a_head_sorts_and_a_second_one_turns_it(
    client: Client, cases: list[Case]
) -> None:
    label = next(str(each.label) for each in CASE_COLUMNS.every if each.code == "release")

    def press(page: str) -> str:
        found = re.search(rf'<a href="([^"]+)">{label}</a>', page)
        assert found
        return client.get(URL + unescape(found[1])).content.decode()

    once = press(client.get(URL, {"whereabouts": "in_hotel"}).content.decode())
    twice = press(once)

    assert 'aria-sort="ascending"' in once and 'aria-sort="descending"' in twice
    assert numbers(once) == numbers(twice)[::-1]
    assert len(numbers(once)) == 3


def test_a_list_with_history_is_sorted_by_what_an_index_has_in_order_alone(
    client: Client, cases: list[Case], coordinator: User
) -> None:
    releasing.close(cases[-1], "no_show", by=coordinator, now=NOW, note="电话告知")
    usual = numbers(client.get(URL, {"state": "all"}).content.decode())

    page = client.get(URL, {"state": "all", "sort": "release", "columns": EVERY}).content.decode()

    assert numbers(page) == usual
    assert len(re.findall(r"<th[^>]*>\s*<a href", page)) == len(INDEXED)
    for each in CASE_COLUMNS.sortable(bounded=False):
        assert any(
            index.fields[0] == each.sort and not index.condition for index in Case._meta.indexes
        ) or (Case._meta.get_field(each.sort).unique)


# --- The file ---------------------------------------------------------------------------------


def test_the_file_has_the_columns_and_the_order_of_the_page(
    client: Client, cases: list[Case]
) -> None:
    query = {"columns": ["room", "release", "flight"], "sort": "-release"}
    page = client.get(URL, query).content.decode()

    head, *rows = file_of(client, query)

    assert list(head) == heads(page)
    assert [row[0] for row in rows] == numbers(page)
    assert rows[0][1] == "0812"


def test_the_file_can_hold_every_column(client: Client, cases: list[Case]) -> None:
    check_in(cases[0], day=0, slot="evening", temperature="37.0")

    _head, *rows = file_of(client, {"columns": EVERY})

    row = dict(zip(EVERY, next(row for row in rows if row[0] == cases[0].number), strict=True))
    assert row["born"] == 1980
    assert row["reading"] == pytest.approx(37.0)
    assert row["day"] == 3


# --- Places -----------------------------------------------------------------------------------


def test_filters_offer_only_places_of_the_reader(
    stranger: User, hotel: Place, community: Place
) -> None:
    client = Client()
    client.force_login(stranger, "houshayu.access.MembershipBackend")

    page = client.get(URL).content.decode()

    select = re.search(r'<select name="holder".*?</select>', page, re.S)
    assert select
    assert set(re.findall(r'value="([^"]+)"', select[0])) == {"gucheng"}


def test_only_the_other_side_of_a_handoff_may_be_any_place() -> None:
    anywhere = {
        (kind, name)
        for kind in Filters.__subclasses__()
        for name, each in kind.base_filters.items()
        if isinstance(each, PlaceFilter) and each.permission == PlaceFilter.EVERYWHERE
    }

    assert anywhere == {(HandoffFilter, "from_place"), (HandoffFilter, "to_place")}
