"""A long list of places is searched by typing, and nobody is sent elsewhere by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from houshayu.models import Role
from tests.browser.conftest import PASSWORD
from tests.factories import make_case, make_user, real_place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_was_chosen_comes_back_when_the_search_is_emptied(
    log_in: Callable[[str, str], Page],
) -> None:
    village = real_place("houshayu-village")
    make_user(username="worker", role=Role.COMMUNITY_WORKER, place=village, password=PASSWORD)
    page = log_in("worker", "en")
    page.goto(f"/cases/{make_case(place=village).number}/handoff/")
    target, search = page.locator("[name=to_place]"), page.locator("input.searched")
    hub, hotel = (str(real_place(code).pk) for code in ("ncie-hub", "demo-hotel-jia"))
    target.select_option(hub)

    search.press_sequentially("demo-hotel-jia")
    expect(target).to_have_value(hotel)
    search.fill("")
    expect(target).to_have_value(hub)

    search.press_sequentially("demo-hotel-jia")
    search.press("Enter")
    expect(target).to_be_focused()
    search.fill("")
    expect(target).to_have_value(hotel)
