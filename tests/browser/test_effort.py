"""The jobs of a day as somebody practised does them, and what each costs in keys and presses.

A job is a test that does it with the hands that `begin` gives it; its line stands in the table that
is printed once all are done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from houshayu.models import ClockShift, Role
from returnees.models import Case
from tests.browser.conftest import PASSWORD
from tests.browser.effort import Hands
from tests.factories import NOW, make_user, real_place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LENA = "P<D<<MUSTER<<LENA<SOFIE<<<<<<<<<<<<<<<<<<<<<\nX000000012D<<8808084F2806309<<<<<<<<<<<<<<<4"
KARL = "P<D<<MUSTER<<KARL<<<<<<<<<<<<<<<<<<<<<<<<<<<\nX000000023D<<8606028M2806309<<<<<<<<<<<<<<<4"


@pytest.fixture(scope="module")
def table(pytestconfig: pytest.Config) -> Iterator[dict[str, Hands]]:
    """Every job by its name, printed at the end, whether output is captured or not."""
    jobs: dict[str, Hands] = {}
    yield jobs
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    assert capture is not None, "pytest's own"
    with capture.global_and_fixture_disabled():
        print(f"\n\n{'job':40}{'keys':>6}{'Tabs':>6}{'clicks':>8}{'pages':>7}")
        for job, done in jobs.items():
            print(f"{job:40}{done.keys:6}{done.tabs:6}{done.clicks:8}{done.pages:7}")


@pytest.fixture
def begin(
    settings: Any, log_in: Callable[[str, str], Page], table: dict[str, Hands]
) -> Callable[[str, str, str], Hands]:
    """Begin a job of the table as somebody of a role at a place."""
    settings.DEMONSTRATION = True
    ClockShift.set_to(NOW)

    def as_somebody(job: str, role: str, place: str) -> Hands:
        make_user(username="busy", role=role, place=real_place(place), password=PASSWORD)
        table[job] = Hands(log_in("busy", "zh-hans"))
        return table[job]

    return as_somebody


# --- Registering ------------------------------------------------------------------------------


def fill_in_the_rest(hands: Hands) -> None:
    """From the question about the interpreter on; Enter saves from wherever one is."""
    hands.press("ArrowDown")  # no interpreter
    hands.tab_to("document-visa_type")
    hands.type("Z")
    hands.tab_to("contact-phone_cn")
    hands.type("19900000001")
    hands.tab_to("dwelling-compound")
    hands.type("Yosemite")
    hands.tab_to("dwelling-building")
    hands.type("3")
    hands.tab_to("dwelling-room")
    hands.type("1201")
    hands.tab_to("dwelling-residence_kind")
    hands.choose("rented")
    hands.tab_to("dwelling-emergency_contact_name")
    hands.type("Zhao Min")
    hands.tab_to("dwelling-emergency_contact_phone")
    hands.type("19900000002")
    hands.tab_to("dwelling-emergency_contact_relation")
    hands.type("friend")
    hands.tab_to("journey-departure_country")
    hands.type("DEU")
    hands.tab_to("journey-departure_city")
    hands.type("Frankfurt")
    hands.tab_to("journey-flight_number")
    hands.type("CA966")
    hands.tab_to("journey-purpose")
    hands.choose("work")
    hands.tab_to("arrival-expected_arrival_at")
    hands.type("202003201605")
    declare(hands)


def declare(hands: Hands) -> None:
    """Well, and agreed to: sections D and G, and saved."""
    hands.tab_to("health-temperature")
    hands.type("36.5")
    hands.tab_to("health-none_of_these")
    hands.press("Space")
    hands.tab_to("declaration-truth_declaration")
    hands.press("Space")
    hands.tab_to("declaration-privacy_notice_read")
    hands.press("Space")
    hands.tab_to("declaration-sensitive_consent")
    hands.press("Space")
    hands.press("Enter")
    expect(hands.page.locator("#messages .alert-success")).to_be_visible()


def read(hands: Hands, lines: str) -> None:
    """The lines are pasted into the box that has the focus, and read."""
    hands.paste(lines)
    hands.page.wait_for_selector("#mrz-panel .status-good")
    hands.page.wait_for_function(
        "document.activeElement.name === 'person-needs_interpreter'", timeout=5000
    )


def test_somebody_is_registered_from_the_lines_of_a_passport(begin: Any) -> None:
    hands = begin("register with the passport's lines", Role.COMMUNITY_WORKER, "jiangshanfu")
    hands.go("/cases/new/")

    read(hands, LENA)
    fill_in_the_rest(hands)

    assert hands.keys <= 150
    case = Case.objects.select_related("person", "journey", "declaration", "community").get()
    assert (case.person.preferred_language, case.declaration.signed_by) == (
        "de",
        "MUSTER LENA SOFIE",
    )
    assert str(case.journey.visited.get()) == "Frankfurt (DEU)"
    assert (case.community, case.journey.entry_date.isoformat()) == (
        real_place("jiangshanfu"),
        "2020-03-20",
    )


def test_somebody_is_registered_by_typing(begin: Any) -> None:
    hands = begin("register, all typed", Role.COMMUNITY_WORKER, "jiangshanfu")
    hands.go("/cases/new/")

    hands.tab_to("person-person_category")
    hands.choose("foreign")
    hands.tab_to("person-surname_latin")
    hands.type("MUSTER")
    hands.tab_to("person-given_names_latin")
    hands.type("LENA SOFIE")
    hands.tab_to("person-gender")
    hands.choose("F")
    hands.tab_to("person-birth_date")
    hands.type("19880808")
    hands.tab_to("person-nationality")
    hands.type("DEU")
    hands.tab_to("person-needs_interpreter")
    hands.press("ArrowDown")
    hands.tab_to("document-document_type")
    hands.choose("passport")
    hands.tab_to("document-document_number")
    hands.type("X00000001")
    fill_in_the_rest(hands)

    assert hands.keys <= 230
    assert str(Case.objects.get().person) == "MUSTER LENA SOFIE"


def test_the_next_of_the_family_is_registered_from_the_one_before(begin: Any) -> None:
    hands = begin("register the second of a family", Role.COMMUNITY_WORKER, "jiangshanfu")
    first = Hands(hands.page)
    first.go("/cases/new/")
    read(first, LENA)
    fill_in_the_rest(first)

    hands.pages = 0
    hands.click("a[href*='/cases/new/with/']")
    hands.page.wait_for_selector("#mrz:focus")
    read(hands, KARL)
    hands.press("ArrowDown")
    hands.tab_to("document-visa_type")
    hands.type("Z")
    declare(hands)

    assert hands.keys <= 90
    lena, karl = Case.objects.order_by("pk").select_related("journey")
    assert karl.travel_group == lena.travel_group
    assert karl.emergency_contact_phone == "19900000002"
    assert karl.journey.flight_number == "CA966"
    expect(hands.page.locator("main")).to_contain_text(lena.number)
