"""The registration form under the hands of somebody who types: rows, drafts, helping buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from houshayu.models import ClockShift, Role
from tests.browser.conftest import PASSWORD
from tests.factories import NOW, make_user, real_place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def form(settings: Any, log_in: Callable[[str, str], Page]) -> Page:
    """The empty form on the screen of somebody who registers people, on a small telephone."""
    settings.DEMONSTRATION = True
    ClockShift.set_to(NOW)
    user = make_user(username="worker", role=Role.COMMUNITY_WORKER, place=real_place("jiangshanfu"))
    user.set_password(PASSWORD)
    user.save()
    page = log_in("worker", "zh-hans")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/cases/new/")
    return page


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.id"))


def test_a_new_row_is_where_to_type_next_and_the_page_stays(form: Page) -> None:
    form.click("button[value=transits]")
    form.fill("[name=transits-0-city]", "Helsinki")
    form.evaluate("window.stayed = true")

    form.focus("button[value=transits]")
    form.keyboard.press("Enter")
    form.wait_for_selector("[name=transits-1-city]")

    assert focused(form) == "transits-1-country"
    assert form.input_value("[name=transits-0-city]") == "Helsinki"
    assert form.evaluate("window.stayed")


def test_a_day_is_typed_with_eight_keys_or_chosen_from_the_calendar(form: Page) -> None:
    form.focus("[name=person-birth_date]")
    form.keyboard.type("19880214")
    form.keyboard.press("Tab")
    assert focused(form) == "person-nationality"
    form.fill("[name=arrival-expected_arrival_at]", "2020年3月21日 下午2点半")

    form.click("button[value=transits]")
    form.wait_for_selector("[name=transits-0-city]")

    assert form.input_value("[name=person-birth_date]") == "19880214"
    chosen = form.locator(".day-box:has([name=person-birth_date]) > input[aria-hidden]")
    chosen.evaluate("box => { box.value = '1990-05-06'; box.dispatchEvent(new Event('change')); }")
    assert form.input_value("[name=person-birth_date]") == "1990-05-06"
    assert form.locator(".calendar-button").count() == form.locator("[data-date]").count()


def test_pinyin_comes_to_where_one_is_and_leaves_the_rest(form: Page) -> None:
    form.fill("[name=journey-departure_city]", "Seoul")
    form.fill("[name=person-name_zh]", "吕秀英")

    form.press("#suggest-pinyin", "Enter")
    form.wait_for_selector("[name=person-surname_latin][value=LYU]")

    assert form.input_value("[name=person-given_names_latin]") == "XIUYING"
    assert form.input_value("[name=journey-departure_city]") == "Seoul"
    assert focused(form) in ("do", "suggest-pinyin")


def test_what_is_typed_survives_a_tab_that_is_closed_at_once(form: Page) -> None:
    form.fill("[name=person-surname_latin]", "MUSTER")

    form.goto("/cases/")
    form.wait_for_timeout(500)
    form.goto("/cases/new/")
    form.click(".drafts summary")
    form.click(".drafts a")

    assert form.input_value("[name=person-surname_latin]") == "MUSTER"


def test_an_error_leads_to_its_field_and_the_page_fits_the_telephone(form: Page) -> None:
    form.click("button.btn-primary[value=save]")
    form.wait_for_selector(".error-summary")

    form.click(".error-summary a[href='#id_health-cluster_0']")

    assert focused(form) == "health-cluster"
    assert form.evaluate("document.documentElement.scrollWidth") == 360


# --- What matters -------------------------------------------------------------------------------

# What is chosen or typed, and what comes into sight by it.
MATTERS = [
    ("person-birth_date", "2012年3月1日", "person-guardian_name"),
    ("journey-transport_mode", "rail", "journey-train_number"),
    ("journey-entry_port", "TSN", "journey-days_observed_elsewhere"),
    ("journey-purpose", "transit", "journey-onward_destination"),
    ("dwelling-residence_kind", "rented", "dwelling-landlord_or_agent"),
    ("document-document_type", "other", "document-document_note"),
    ("request-requested_mode", "home", "request-caregiver_name"),
    ("health-regular_medicine", "aspirin", "health-regular_medicine_days"),
    ("declaration-signed_by", "Karl", "declaration-signed_relation"),
]


def answer(form: Page, name: str, value: str) -> None:
    box = form.locator(f"[name={name}]")
    if box.evaluate("box => box.tagName") == "SELECT":
        box.select_option(value)
    else:
        box.fill(value)


def test_a_field_is_in_sight_once_it_matters(form: Page) -> None:
    for name, value, waiting in MATTERS:
        expect(form.locator(f"[name={waiting}]")).to_be_hidden()
        answer(form, name, value)
        expect(form.locator(f"[name={waiting}]")).to_be_visible()


def test_what_is_filled_in_stays_in_sight(form: Page) -> None:
    answer(form, "journey-transport_mode", "rail")
    answer(form, "journey-train_number", "G2")
    answer(form, "journey-transport_mode", "air")

    expect(form.locator("[name=journey-train_number]")).to_be_visible()


def test_no_to_all_of_these_takes_the_questions_away(form: Page) -> None:
    form.check("[name=health-cluster][value=yes]")

    form.check("[name=health-none_of_these]")

    expect(form.locator("[name=health-tested_positive]").first).to_be_hidden()
    expect(form.locator("[name=health-symptoms]").first).to_be_hidden()
    expect(form.locator("[name=health-cluster]").first).to_be_visible()


def test_the_places_of_the_last_14_days_are_asked_of_those_who_moved(form: Page) -> None:
    expect(form.locator("[name=visited-0-city]")).to_be_hidden()

    form.uncheck("[name=arrival-only_there]")

    expect(form.locator("[name=visited-0-city]")).to_be_visible()


def test_pinyin_comes_while_the_name_is_typed(form: Page) -> None:
    form.focus("[name=person-name_zh]")
    form.keyboard.type("欧阳")
    expect(form.locator("[name=person-given_names_latin]")).to_have_value("YANG")

    form.keyboard.type("秀英")

    expect(form.locator("[name=person-surname_latin]")).to_have_value("OUYANG")
    expect(form.locator("[name=person-given_names_latin]")).to_have_value("XIUYING")
    assert focused(form) == "person-name_zh"


def test_the_language_is_switched_with_nothing_lost(form: Page) -> None:
    form.fill("[name=person-surname_latin]", "MUSTER")
    answer(form, "journey-transport_mode", "rail")

    form.click("button[form=registration][value=en]")
    form.wait_for_selector("html[lang=en]")

    assert form.input_value("[name=person-surname_latin]") == "MUSTER"
    assert form.input_value("[name=journey-transport_mode]") == "rail"
    expect(form.locator("[name=journey-train_number]")).to_be_visible()
    assert form.locator(".error-summary").count() == 0
