"""Many rows at once, by the keyboard alone, and with no script at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from houshayu.models import ClockShift, Role
from returnees.models import Case
from tests.browser.conftest import PASSWORD
from tests.factories import make_case, make_user, moment, real_place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cases(settings: Any) -> list[Case]:
    """Expected by a village whose worker is called "worker"; they have landed by now."""
    settings.DEMONSTRATION = True
    ClockShift.set_to(moment("2020-03-20", "16:00"))
    village = real_place("houshayu-village")
    make_user(username="worker", role=Role.COMMUNITY_WORKER, place=village, password=PASSWORD)
    return [make_case(place=village) for _ in range(3)]


def test_all_on_a_page_are_chosen_counted_and_confirmed_by_keyboard(
    log_in: Callable[[str, str], Page], cases: list[Case]
) -> None:
    page = log_in("worker", "zh-hans")
    page.goto("/cases/")

    page.focus("[data-choose-all]")
    page.keyboard.press("Space")
    expect(page.locator("[data-chosen-count]")).to_have_text("3")
    page.focus("button[value=arrive]")
    page.keyboard.press("Enter")
    page.focus("main form button.btn-primary")
    page.keyboard.press("Enter")
    expect(page.locator("main tbody tr")).to_have_count(3)

    assert not Case.objects.filter(arrived_at=None).exists()


def test_without_a_script_one_row_is_chosen_as_well(
    chromium: Browser, live_server: LiveServer, cases: list[Case]
) -> None:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("[name=login]", "worker")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.goto("/cases/")

    page.check(f"[name=chosen][value={cases[0].number}]")
    page.click("button[value=arrive]")
    page.click("main form button.btn-primary")
    expect(page.locator("main tbody tr")).to_have_count(1)
    context.close()

    assert list(Case.objects.exclude(arrived_at=None)) == [cases[0]]
