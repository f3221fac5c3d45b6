"""The log-in ends while somebody types: nothing of it is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from houshayu.models import ClockShift, Role
from tests.browser.conftest import PASSWORD
from tests.factories import make_handoff, make_user, moment, real_place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_answer_typed_into_a_row_is_sent_after_logging_in_again(
    settings: Any, log_in: Callable[[str, str], Page]
) -> None:
    settings.DEMONSTRATION = True
    ClockShift.set_to(moment("2020-03-20", "15:00"))  # half an hour after the arrival
    handoff = make_handoff()
    make_user(
        username="hub", role=Role.TRANSFER_TEAM, place=real_place("ncie-hub"), password=PASSWORD
    )
    page = log_in("hub", "zh-hans")
    page.goto("/handoffs/")
    page.fill("[name=temperature]", "36.7")
    Session.objects.all().delete()

    page.click("form[action$='/accept/'] button")
    with page.context.expect_page() as opened:
        page.click("a[target=_blank]")
    entrance = opened.value
    entrance.fill("[name=login]", "hub")
    entrance.fill("[name=password]", PASSWORD)
    entrance.press("[name=password]", "Enter")
    entrance.wait_for_selector("#mainnav")
    page.click("main form button")
    expect(page.locator("#messages .alert-success")).to_be_visible()

    handoff.refresh_from_db()
    assert (handoff.status, str(handoff.temperature)) == ("accepted", "36.7")
