"""The list of cases as an Excel file."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from houshayu.models import Place, User
from returnees import releasing
from tests.factories import NOW, make_case, make_observed_case


def test_it_lists_cases_of_every_kind_with_masked_numbers(
    client: Client, coordinator: User, community: Place, hotel: Place
) -> None:
    expected = make_case(place=community, community=community)
    observed = make_observed_case(place=hotel, community=community)
    closed = make_case(place=community, community=community)
    releasing.close(closed, "no_show", by=coordinator, now=NOW, note="电话告知")
    client.force_login(coordinator, "houshayu.access.MembershipBackend")

    query = {"state": "all", "columns": ["document"]}
    answer = client.get(reverse("returnees:case_export"), query)

    sheet = load_workbook(BytesIO(answer.content)).active
    rows = {row[0]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert rows.keys() == {expected.number, observed.number, closed.number}
    assert {rows[each.number][1] for each in (expected, observed, closed)} == {
        each.document.masked_number for each in (expected, observed, closed)
    }


def test_days_and_moments_are_such_and_what_is_not_there_is_empty(
    client: Client, coordinator: User, community: Place, hotel: Place
) -> None:
    expected = make_case(place=community, community=community)
    observed = make_observed_case(place=hotel, community=community)
    client.force_login(coordinator, "houshayu.access.MembershipBackend")

    query = {"state": "all", "columns": ["expected", "release"]}
    answer = client.get(reverse("returnees:case_export"), query)

    table = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0)
    rows = {row[0]: row for row in table.to_python()}
    release_on = observed.observations.get().release_on
    assert [rows[each.number][2] for each in (expected, observed)] == ["", release_on]
    assert isinstance(rows[observed.number][1], datetime)


def test_what_does_not_fit_in_a_file_is_said_and_not_cut(
    client: Client, coordinator: User, community: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("returnees.views.cases.EXPORTED_AT_MOST", 1)
    for _case in range(2):
        make_case(place=community, community=community)
    client.force_login(coordinator, "houshayu.access.MembershipBackend")

    answer = client.get(reverse("returnees:case_export"), {"state": "all"}, follow=True)

    assert answer.redirect_chain == [(reverse("returnees:case_list", query={"state": "all"}), 302)]
    assert "2" in str(*answer.context["messages"])
