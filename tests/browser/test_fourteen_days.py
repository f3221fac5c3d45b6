"""A returnee's fourteen days through the pages alone, as the people who work on them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from io import BytesIO

import pytest
from pdfminer.high_level import extract_text
from playwright.sync_api import Page, expect

from houshayu.calendar import BEIJING
from houshayu.duties import planning
from houshayu.models import ClockShift, MessageLine, Role
from policy import check_in_slots, window
from returnees.models import Alert, Case, CheckIn
from tests.browser.conftest import PASSWORD
from tests.factories import make_case, make_user, moment, observation_of, real_place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MRZ = "P<UTOMUSTER<<LENA<SOFIE<<<<<<<<<<<<<<<<<<<<<\nX000000012UTO8808084F2806309<<<<<<<<<<<<<<<4"
# What stands on a page in each language, to see that it speaks it.
CASES = {"zh-hans": "返京人员", "en": "Cases"}
CERTIFICATE = {"zh": "解除", "en": "release"}


@pytest.fixture
def demonstration(settings: pytest.FixtureRequest) -> None:
    """The clock of the pages can be set, as in the demonstration."""
    settings.DEMONSTRATION = True  # type: ignore[attr-defined]


@pytest.fixture
def staff(demonstration: None) -> None:
    for username, role, place in [
        ("worker", Role.COMMUNITY_WORKER, "jiangshanfu"),
        ("hub", Role.TRANSFER_TEAM, "ncie-hub"),
        ("hotel", Role.HOTEL_STAFF, "demo-hotel-jia"),
        ("coordinator", Role.COORDINATOR, "houshayu"),
    ]:
        user = make_user(username=username, role=role, place=real_place(place), name=username)
        user.set_password(PASSWORD)
        user.save()


def set_clock(day: str, clock: str) -> None:
    ClockShift.set_to(moment(day, clock))


def register(page: Page, arrival: str = "2020-03-20T12:05") -> str:
    """Fill in the form from a passport's lines and by hand; the number of the new case."""
    page.goto("/cases/new/")
    page.fill("#mrz", MRZ)
    expect(page.locator("[name=person-surname_latin]")).to_have_value("MUSTER")
    for name, value in {
        "person-person_category": "foreign",
        "person-preferred_language": "de",
        "document-visa_type": "Z",
        "dwelling-residence_kind": "rented",
        "journey-purpose": "work",
        "dwelling-community": str(real_place("jiangshanfu").pk),
    }.items():
        page.select_option(f"[name={name}]", value)
    for name, value in {
        "person-nationality": "DEU",
        "contact-phone_cn": "19900000001",
        "dwelling-compound": "Yosemite",
        "dwelling-building": "3",
        "dwelling-unit": "1",
        "dwelling-room": "1201",
        "dwelling-emergency_contact_name": "Zhao Min",
        "dwelling-emergency_contact_phone": "19900000002",
        "dwelling-emergency_contact_relation": "friend",
        "arrival-expected_arrival_at": arrival,
        "journey-departure_country": "DEU",
        "journey-departure_city": "Frankfurt",
        "journey-flight_number": "CA966",
        "health-temperature": "36.5",
        "declaration-signed_by": "MUSTER LENA SOFIE",
    }.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=person-needs_interpreter][value=no]")
    page.check("[name=health-none_of_these]")
    page.check("[name=declaration-truth_declaration]")
    page.check("[name=declaration-privacy_notice_read]")
    page.check("[name=declaration-sensitive_consent][value=yes]")
    page.press("[name=declaration-signed_by]", "Enter")
    page.wait_for_url(re.compile(r"/cases/HSY-"))
    return re.findall(r"HSY-\w{6}", page.url)[0]


def hand_over(page: Page, number: str, place: str) -> None:
    page.goto(f"/cases/{number}/handoff/")
    page.select_option("[name=to_place]", str(real_place(place).pk))
    page.click("main form.panel button.btn-primary")
    page.wait_for_url(re.compile(rf"/cases/{number}/$"))


def accept(page: Page, room: str = "") -> None:
    """The one handoff that waits; its row changes in place, without a new page."""
    page.goto("/handoffs/")
    if room:
        page.fill("[name=room]", room)
    page.fill("[name=temperature]", "36.6")
    page.click("form[action$='/accept/'] button")
    page.wait_for_selector("#messages .alert-success")


def add_rooms(page: Page, numbers: str) -> None:
    page.goto("/rooms/add/")
    page.fill("[name=numbers]", numbers)
    page.click("main form.panel button.btn-primary")
    page.wait_for_selector("#messages .alert-success")


def take_temperature(page: Page, temperature: str) -> None:
    page.goto("/check-ins/")
    # Without its point, as it is typed in a hurry.
    page.fill("input.temperature", temperature.replace(".", ""))
    page.locator("input.temperature").blur()
    assert page.input_value("input.temperature") == temperature
    assert page.locator("tr.is-fever").count() == (temperature >= "37.3")
    page.click("form.round button.btn-primary")
    page.wait_for_selector("#messages .alert-success")


def printed(page: Page, number: str, sheet: str) -> str:
    answer = page.request.get(f"/cases/{number}/print/{sheet}.pdf?second=en")
    assert answer.headers["content-type"] == "application/pdf"
    return extract_text(BytesIO(answer.body()))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_returnee_is_seen_from_the_form_to_the_certificate(
    staff: None, log_in: Callable[[str, str], Page], language: str
) -> None:
    set_clock("2020-03-20", "09:00")
    worker, hub, hotel, coordinator = (
        log_in(name, language) for name in ("worker", "hub", "hotel", "coordinator")
    )

    number = register(worker)
    assert CASES[language] in worker.inner_text("#mainnav")
    hand_over(worker, number, "ncie-hub")
    set_clock("2020-03-20", "13:00")
    accept(hub)
    hand_over(hub, number, "demo-hotel-jia")
    set_clock("2020-03-20", "15:30")
    add_rooms(hotel, "0801-0812")
    accept(hotel, room="0812")

    case = Case.objects.get(number=number)
    assert case.policy.code == "P4"
    assert (observation_of(case).started_on.isoformat(), observation_of(case).kind) == (
        "2020-03-20",
        "centralized",
    )

    for day, slot in check_in_slots(14):
        opens, closes = window(observation_of(case).started_on + timedelta(days=day), slot)
        if (day, slot) == (3, "morning"):
            late = (closes + timedelta(hours=3)).astimezone(BEIJING)
            planning.plan_and_send(late)
        ClockShift.set_to(opens + timedelta(hours=1))
        take_temperature(hotel, "37.4" if (day, slot) == (5, "evening") else "36.5")
    assert CheckIn.objects.filter(observation__case=case).count() == 28
    assert MessageLine.objects.filter(
        recipient__username="hotel", key__startswith="checkin:"
    ).exists()

    coordinator.goto("/dashboard/")
    assert coordinator.locator("a[href='/cases/?release=today'] b").inner_text() == "1"
    coordinator.goto("/alerts/")
    coordinator.click("button[name=step][value=remeasured]")
    coordinator.wait_for_selector("#messages .alert-success")
    coordinator.select_option("[name=resolution]", "remeasured_normal")
    coordinator.fill("[name=reading]", "36.8")
    coordinator.click("form[action$='/resolve/'] button")
    coordinator.wait_for_selector("[name=resolution]", state="detached")
    assert not Alert.objects.open().exists()

    hand_over(hotel, number, "jiangshanfu")
    set_clock("2020-04-03", "10:00")
    accept(worker)
    worker.goto(f"/cases/{number}/")
    worker.click("a[href$='/release/']")
    worker.click("main form button")
    worker.wait_for_selector("#messages .alert-success")
    case.refresh_from_db()
    assert case.outcome == "released"

    sheets = {
        name: printed(worker, number, name) for name in ("registration", "notice", "certificate")
    }
    for text in sheets.values():
        assert number in text
        assert re.search(r"[\u4e00-\u9fff]", text)
        assert re.search(r"[A-Za-z]{4} ", text)
        assert "X00000001" not in text
    assert CERTIFICATE["zh"] in sheets["certificate"]
    assert CERTIFICATE["en"] in sheets["certificate"].lower()


def test_day_zero_of_the_first_five_minutes_is_as_the_journey_says(
    staff: None, log_in: Callable[[str, str], Page]
) -> None:
    """The README's own steps: somebody who landed this morning."""
    set_clock("2020-03-20", "08:30")
    worker, hub, hotel = (log_in(name, "en") for name in ("worker", "hub", "hotel"))

    number = register(worker, "2020-03-20T06:40")
    expect(worker.locator("main")).to_contain_text("May not stay here")
    worker.click("a:has-text('Hand over to a hotel or the hub')")
    worker.select_option("[name=to_place]", str(real_place("ncie-hub").pk))
    worker.click("main form.panel button.btn-primary")
    worker.wait_for_url(re.compile(rf"/cases/{number}/$"))
    accept(hub)
    hand_over(hub, number, "demo-hotel-jia")
    add_rooms(hotel, "0812")
    accept(hotel, room="0812")

    case = Case.objects.get(number=number)
    assert case.arrived_at == moment("2020-03-20", "06:40")
    assert observation_of(case).started_on.isoformat() == "2020-03-20"


def test_who_lands_tomorrow_is_offered_today_and_day_zero_is_tomorrow(
    staff: None, log_in: Callable[[str, str], Page]
) -> None:
    set_clock("2020-03-20", "08:30")
    worker, hub = (log_in(name, "en") for name in ("worker", "hub"))
    number = register(worker, "2020-03-21T14:30")
    hand_over(worker, number, "ncie-hub")

    hub.goto("/handoffs/")
    expect(hub.locator("[name=arrived_at]")).to_have_value("2020-03-21T14:30")
    hub.click("form[action$='/accept/'] button")
    expect(hub.locator("li .error")).to_contain_text("in the future")
    hub.fill("[name=arrived_at]", "2020-03-20T08:00")
    hub.click("form[action$='/accept/'] button")
    expect(hub.locator("li .error")).to_contain_text("Day 0 is then 20 March 2020")
    expect(hub.locator("[name=sure_at]")).not_to_be_checked()
    assert Case.objects.get(number=number).arrived_at is None

    set_clock("2020-03-21", "16:00")
    accept(hub)

    case = Case.objects.get(number=number)
    assert case.arrived_at == moment("2020-03-21", "14:30")
    assert observation_of(case).started_on.isoformat() == "2020-03-21"


def every_page(number: str) -> list[str]:
    return [
        "/dashboard/", "/cases/", "/cases/new/", f"/cases/{number}/", "/check-ins/", "/handoffs/",
        "/alerts/", "/inbox/", "/posts/", "/outbox/", f"/cases/{number}/history/",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [360, 1920])
def test_no_page_is_wider_than_the_screen(
    staff: None, log_in: Callable[[str, str], Page], width: int
) -> None:
    set_clock("2020-03-20", "09:00")
    page = log_in("coordinator", "zh-hans")
    page.set_viewport_size({"width": width, "height": 800})
    number = register(log_in("worker", "zh-hans"))

    wide = []
    for path in every_page(number):
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(path)

    assert wide == []


LOADED = """[location.href, ...performance.getEntriesByType("resource").map(({ name }) => name)]"""


def test_no_page_weighs_more_than_300_kb_charts_aside(
    staff: None, log_in: Callable[[str, str], Page]
) -> None:
    """At the first load, of a browser that has nothing yet; compressed, as it is served."""
    set_clock("2020-03-20", "09:00")
    page = log_in("coordinator", "zh-hans")
    number = make_case(place=real_place("jiangshanfu")).number
    packed = cache(lambda url: len(gzip.compress(page.request.get(url).body())))

    weights = {}
    for path in every_page(number):
        page.goto(path)
        loaded = [url for url in page.evaluate(LOADED) if "echarts" not in url]
        assert any(url.endswith(".css") for url in loaded)
        weights[path] = sum(packed(url) for url in loaded)

    assert {path: weight for path, weight in weights.items() if weight > 300_000} == {}
