"""What a page offers, the API offers by the same filters, forms and permissions."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from typing import Any

import django_filters
from django.urls import URLPattern, URLResolver, get_resolver

from houshayu.filters import JobFilter, MemberFilter, RevealFilter
from houshayu.listing import Filters
from returnees.api.people import PersonFilter
from tests.test_access_walk import RULES, LoggedIn, Needs, routes
from tests.test_conventions import APPS, finds, is_a_view, sources

# --- Addresses --------------------------------------------------------------------------------


def test_no_view_reads_an_address_by_hand() -> None:
    readers = {"houshayu/address.py", "houshayu/listing.py", "houshayu/keyset.py"}
    by_hand = finds(r"\brequest\.(GET|query_params)\b|QUERY_STRING", list(sources()))

    assert [each for each in by_hand if each.partition(":")[0] not in readers] == []


def test_what_an_address_asks_is_judged_by_a_form_or_by_filters() -> None:
    for path in filter(is_a_view, sources()):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        judged = {
            id(each)
            for call in calls
            if isinstance(call.func, ast.Name) and call.func.id.endswith(("Form", "Filter"))
            for each in call.args
        }
        asking = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "asked"]

        assert [f"{path}:{c.lineno}" for c in asking if id(c) not in judged] == []


# --- Lists ------------------------------------------------------------------------------------

# Lists that are a page alone.
NO_API_LIST = {
    MemberFilter: "accounts are made and given roles by an administrator at a screen",
    RevealFilter: "what was read is looked through by the auditor, and leaves by no other way",
    JobFilter: "files that were asked for on pages, for the one who asked",
}


def resources(patterns: list[Any]) -> Iterator[Any]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from resources(pattern.url_patterns)
        elif hasattr(pattern.callback, "cls"):
            yield pattern.callback.cls


def test_a_list_has_the_filters_of_its_page_in_the_api() -> None:
    in_api = {getattr(each, "filterset_class", None) for each in resources(_patterns())} - {None}
    of_pages = {each for each in Filters.__subclasses__() if each.__module__.startswith(APPS)}

    assert of_pages - in_api == set(NO_API_LIST)
    # People are found on the page of cases.
    assert in_api - of_pages == {PersonFilter}
    assert all(issubclass(each, django_filters.FilterSet) for each in in_api)


def test_a_page_of_rows_is_made_by_listing() -> None:
    assert {each.partition(":")[0] for each in finds(r"\bkeyset_page\(", list(sources()))} == {
        "houshayu/keyset.py",
        "houshayu/listing.py",
    }


# --- Acts -------------------------------------------------------------------------------------

# Of each page that does something, the route of the API that does the same.
SAME = {
    "inbox_read": "api:message-read-all POST",
    "message_read": "api:message-read POST",
    "outbox_settle": "api:mail-settle POST",
    "workorder_open": "api:workorder-list POST",
    "workorder_done": "api:workorder-done POST",
    "returnees:case_register": "api:case-list POST",
    "returnees:case_arrive": "api:case-arrive POST",
    "returnees:arrival_correct": "api:case-observing-arrival POST",
    "returnees:commitment_sign": "api:case-observing-commitment POST",
    "returnees:case_assess": "api:case-observing-assess POST",
    "returnees:observation_restart": "api:case-observing-restart POST",
    "returnees:policy_change": "api:case-observing-policy POST",
    "returnees:case_release": "api:case-release POST",
    "returnees:case_close": "api:case-close POST",
    "returnees:document_reveal": "api:case-reveal POST",
    "returnees:phone_reveal": "api:case-reveal POST",
    "returnees:case_room": "api:case-room POST",
    "returnees:labtest_plan": "api:case-test-list POST",
    "returnees:labtest_record": "api:case-test-record POST",
    "returnees:round": "api:round-list POST",
    "returnees:alert_acknowledge": "api:alert-acknowledge POST",
    "returnees:checkin_correct": "api:case-checkin-correct POST",
    "returnees:labtest_correct": "api:case-test-correct POST",
    "returnees:release_take_back": "api:case-take-back POST",
    "returnees:alert_step": "api:alert-step POST",
    "returnees:alert_resolve": "api:alert-resolve POST",
    "transfers:handoff_offer": "api:handoff-list POST",
    "transfers:handoff_accept": "api:handoff-accept POST",
    "transfers:handoff_decline": "api:handoff-decline POST",
    "transfers:handoff_cancel": "api:handoff-cancel POST",
}
ONE_BY_ONE = "a program does it row by row"
AT_A_SCREEN = "settings, made by somebody at a screen"
PAGE_ONLY = {
    "inbox_bulk": ONE_BY_ONE,
    "outbox_bulk": ONE_BY_ONE,
    "workorder_bulk": ONE_BY_ONE,
    "returnees:case_bulk": ONE_BY_ONE,
    "returnees:alert_bulk": ONE_BY_ONE,
    "transfers:handoff_bulk": ONE_BY_ONE,
    "set_language": AT_A_SCREEN,
    "post_edit": AT_A_SCREEN,
    "savedview_save": AT_A_SCREEN,
    "savedview_change": AT_A_SCREEN,
    "savedview_delete": AT_A_SCREEN,
    "user_add": AT_A_SCREEN,
    "membership_add": AT_A_SCREEN,
    "membership_remove": AT_A_SCREEN,
    "password_renew": AT_A_SCREEN,
    "coordination:next_morning": "moves the clock of the demonstration",
    "returnees:family_next": "a program names the companion and sends what is the same again",
    "returnees:draft_save": "a program keeps what it has not sent",
    "returnees:draft_delete": "a program keeps what it has not sent",
    "returnees:case_edit": "shows the form as it is stored, with numbers masked, to be corrected",
    "returnees:certificate_attach": "a file, which JSON has nothing for",
    "returnees:certificate_open": "a file, which JSON has nothing for",
    "returnees:certificate_verify": "compared by eye with a paper, at a gate",
    "returnees:print_many": "paper",
    "returnees:case_attempt": "written down at the door, on a telephone",
    "returnees:room_bulk": ONE_BY_ONE,
    "returnees:room_add": AT_A_SCREEN,
    "returnees:room_change": AT_A_SCREEN,
    "returnees:room_block": AT_A_SCREEN,
    "returnees:room_unblock": AT_A_SCREEN,
    "returnees:room_ready": AT_A_SCREEN,
}


def _patterns() -> list[Any]:
    return get_resolver().url_patterns


def pages(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, Any]]:
    """The name and the view of each page of ours."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from pages(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and not hasattr(pattern.callback, "cls"):
            view = inspect.unwrap(pattern.callback)
            if view.__module__.startswith(APPS) and ".views." in view.__module__:
                yield f"{namespace}{pattern.name}", view


def does_something(view: Any) -> bool:
    return inspect.isfunction(view) and not re.search(
        r"^@require_safe", inspect.getsource(view), re.M
    )


def test_every_act_of_a_page_has_a_route_of_the_api_or_a_reason() -> None:
    acts = {name for name, view in pages(_patterns()) if does_something(view)}

    assert acts == SAME.keys() | PAGE_ONLY.keys()
    assert set(SAME.values()) <= set(routes(_patterns()))


def test_an_act_needs_the_same_permission_on_its_page_and_in_the_api() -> None:
    def needed(route: str) -> str:
        rule = RULES[route]
        assert isinstance(rule, Needs | LoggedIn)
        return rule.permission if isinstance(rule, Needs) else ""

    # The route reads any protected number; for that of a document it asks this one besides.
    own = {"returnees:document_reveal": "returnees.reveal_identitydocument"}

    assert {page: needed(route) for page, route in SAME.items()} | own == {
        page: needed(page) for page in SAME
    }
