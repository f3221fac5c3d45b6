"""By keyboard alone: one sees where one is, and nothing covers it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from houshayu.models import Role
from returnees.models import Case
from tests.browser.conftest import PASSWORD
from tests.factories import NOW, make_observed_case, make_user, real_place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STOPS = 200
# What is wrong with where the focus is: no ring is seen, or something else lies over its middle.
WHERE = """() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  const style = getComputedStyle(at);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const box = at.getBoundingClientRect();
  const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const label = at.closest("label") || (at.labels && at.labels[0]);
  const seen = !over || at.contains(over) || over.contains(at) || (label && label.contains(over));
  const name = `${at.tagName} ${at.name || at.textContent.trim().slice(0, 30)}`;
  return [ring ? "" : `no ring: ${name}`, seen ? "" : `covered: ${name}`];
}"""


@pytest.fixture
def observed() -> Case:
    """Somebody in the first hotel, whose staff are called "worker"."""
    hotel = real_place("demo-hotel-jia")
    make_user(username="worker", role=Role.COORDINATOR, place=hotel, password=PASSWORD)
    return make_observed_case(place=hotel, room="0801", arrived=NOW)


@pytest.mark.parametrize("colours", ["none", "active"])
def test_one_always_sees_where_the_focus_is(
    log_in: Callable[[str, str], Page], observed: Case, colours: str
) -> None:
    page = log_in("worker", "zh-hans")
    # Without motion a page has been scrolled at once to where it is going.
    page.emulate_media(forced_colors=colours, reduced_motion="reduce")  # type: ignore[arg-type]

    wrong = {}
    for path in ("/my-day/", "/cases/", observed.get_absolute_url(), "/cases/new/", "/check-ins/"):
        page.goto(path)
        page.evaluate("document.activeElement.blur()")
        for _stop in range(STOPS):
            page.keyboard.press("Tab")
            if (problems := page.evaluate(WHERE)) is None:
                break
            wrong |= {f"{path} {each}": 1 for each in problems if each}

    assert list(wrong) == []


def test_a_slash_goes_to_the_search_and_escape_leaves_it(
    log_in: Callable[[str, str], Page], observed: Case
) -> None:
    page = log_in("worker", "zh-hans")
    page.goto("/my-day/")

    page.keyboard.press("/")
    expect(page.locator(".topbar-search input")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.locator(".topbar-search input")).to_have_value("a/b")
    page.keyboard.press("Escape")

    expect(page.locator("main")).to_be_focused()


def test_the_first_box_to_type_into_has_the_focus(
    chromium: Browser,
    live_server: LiveServer,
    log_in: Callable[[str, str], Page],
    observed: Case,
) -> None:
    stranger = chromium.new_page(base_url=live_server.url)
    stranger.goto("/accounts/login/")
    expect(stranger.locator("[name=login]")).to_be_focused()
    stranger.close()

    page = log_in("worker", "zh-hans")
    page.goto("/check-ins/?on=2020-03-20&slot=evening")
    expect(page.locator(".temperature").first).to_be_focused()


def test_a_fever_that_is_typed_says_at_once_who_has_it_and_what_to_do(
    log_in: Callable[[str, str], Page], observed: Case
) -> None:
    page = log_in("worker", "en")
    page.goto("/check-ins/?on=2020-03-20&slot=evening")

    page.keyboard.type("373")
    page.keyboard.press("Tab")
    expect(page.locator(".fever-advice")).to_contain_text(f"{observed.person} has a fever")
    page.fill(".temperature", "36.8")
    page.keyboard.press("Tab")

    expect(page.locator(".fever-advice")).to_have_count(0)


def test_four_people_of_a_round_fit_on_a_telephone(
    log_in: Callable[[str, str], Page], observed: Case
) -> None:
    for n in range(2, 6):
        make_observed_case(place=real_place("demo-hotel-jia"), room=f"080{n}", arrived=NOW)
    page = log_in("worker", "zh-hans")
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto("/check-ins/?on=2020-03-20&slot=evening")

    heights = page.locator(".round tbody tr").evaluate_all(
        "rows => rows.map(row => row.getBoundingClientRect().height)"
    )

    assert len(heights) == 5
    assert sum(heights[:4]) < 640
