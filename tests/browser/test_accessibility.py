"""Every page that a role can open holds to WCAG 2.2 and to the habits that axe knows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import resolve
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from houshayu.models import Place, Role
from tests.browser.conftest import PASSWORD
from tests.factories import make_user
from tests.pressing import Page as Links
from tests.test_buttons import Area, settle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
NOT_OPENED = ("/language/", "/api/")
# A case and a handoff look otherwise at each stage of their way.
SEVERAL = {"returnees:case_detail": 6, "transfers:handoff_detail": 3}
# What differs between two pages of the same build: names, numbers, tokens, texts.
OF_ONE_PAGE = re.compile(r"""(?:href|value|id|for|name|action|data-[\w-]+)="[^"]*"|\d+""")


def build_of(html: str) -> frozenset[str]:
    """The kinds of elements of a page, which are what axe judges beside the stylesheet."""
    return frozenset(OF_ONE_PAGE.sub("", tag) for tag in re.findall(r"<[a-z][^>]*>", html))


def every_kind_of_page(client: Client) -> Iterator[tuple[str, str]]:
    """Addresses of each view that can be reached by links, with the page."""
    waiting, opened, seen = ["/"], set(), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        name = resolve(path.partition("?")[0]).view_name
        if path in opened or seen[name] == SEVERAL.get(name, 1) or path.startswith(NOT_OPENED):
            continue
        opened.add(path)
        seen[name] += 1
        response = client.get(path)
        if response.status_code == 302:
            waiting.insert(0, response.headers["Location"])
        elif response.headers["Content-Type"].startswith("text/html"):
            html = response.content.decode()
            waiting += [each.url for each in Links(path, html).presses() if each.method == "get"]
            if "<!DOCTYPE html>" in html:  # a part of a page has none
                yield path, html


@pytest.fixture
def demonstration(settings: Settings) -> Place:
    """A sub-district with cases at every stage; the pages say that it is no real one."""
    settings.DEMONSTRATION = True
    here, there = Area(), Area()
    settle(here, there)
    return here.place


def test_axe_finds_nothing_on_any_page_of_any_role(
    chromium: Browser, live_server: LiveServer, demonstration: Place
) -> None:
    found, judged = [], set()
    for role in Role:
        client = Client()
        client.force_login(make_user(role=role, place=demonstration, password=PASSWORD))
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
        context = chromium.new_context(base_url=live_server.url, bypass_csp=True)
        context.add_cookies([{**cookie, "url": live_server.url}])
        page = context.new_page()
        for path, html in every_kind_of_page(client):
            if (build := build_of(html)) in judged:
                continue
            judged.add(build)
            page.goto(path)
            for width in (1280, 360):
                page.set_viewport_size({"width": width, "height": 800})
                found += [
                    f"{role} {path} at {width}: {violation['id']}: {node['html'][:150]}"
                    for violation in Axe().run(page, options=RULES).response["violations"]
                    for node in violation["nodes"][:3]
                ]
        context.close()

    assert found == []
    assert len(judged) > 40
