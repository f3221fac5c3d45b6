"""A list printed by the browser: the whole table with its title, and nothing to press."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pymupdf
import pytest
from django.utils import timezone
from playwright.sync_api import Page

from houshayu.calendar import beijing_date
from houshayu.models import Role
from returnees.models import Case
from tests.browser.conftest import PASSWORD
from tests.factories import make_observed_case, make_user, real_place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GUESTS = 45


@pytest.fixture
def guests() -> list[Case]:
    """On one floor of a hotel, each since this morning, and the hotel's member of staff."""
    hotel = real_place("demo-hotel-jia")
    make_user(username="hotel", role=Role.HOTEL_STAFF, place=hotel, password=PASSWORD)
    arrived = timezone.now() - timedelta(days=2)
    return [
        make_observed_case(place=hotel, arrived=arrived, room=f"12{number:02}")
        for number in range(GUESTS)
    ]


def printed(page: Page) -> list[str]:
    """The text of each page of paper, without blanks."""
    with pymupdf.open(stream=page.pdf(prefer_css_page_size=True)) as pdf:
        return ["".join(sheet.get_text().split()) for sheet in pdf]


@pytest.mark.parametrize(
    ("language", "address", "title", "head"),
    [
        ("zh-hans", "/check-ins/?slot=morning", "测温", "体温（℃）"),
        ("en", "/check-ins/?slot=morning", "Check-ins", "Temperature(°C)"),
        ("zh-hans", "/cases/", "返京人员", "编号"),
        ("en", "/cases/", "Cases", "Casenumber"),
    ],
)
def test_a_list_on_paper_is_its_table_with_title_date_page_numbers_and_the_head_on_each_page(
    log_in: Callable[[str, str], Page], guests: list[Case], language: str, address: str,
    title: str, head: str,
) -> None:  # fmt: skip
    page = log_in("hotel", language)
    page.goto(address)
    shown = [case.number for case in guests if case.number in page.inner_text("main")]

    paper = printed(page)

    assert len(shown) > 20
    assert len(paper) > 1
    assert [number for number in shown if number not in "".join(paper)] == []
    assert title in paper[0]
    today = beijing_date(timezone.now())
    date = f"{today.year}年{today.month}月{today.day}日" if language != "en" else f"{today:%B%Y}"
    assert date in paper[0]
    assert [head in sheet for sheet in paper] == [True] * len(paper)
    assert [f"{number}/{len(paper)}" in sheet for number, sheet in enumerate(paper, 1)] == (
        [True] * len(paper)
    )
    for pressed in page.locator("button, nav a:not([aria-current]), summary").all_inner_texts():
        pressed = "".join(pressed.split())
        assert len(pressed) < 3 or pressed not in "".join(paper), pressed
