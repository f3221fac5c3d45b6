"""One act with a form is done in one way: shown, looked at again, refused, or done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from houshayu.acts import act_button, act_page, posted
from houshayu.exceptions import Conflict
from houshayu.models import User
from tests.factories import make_user


class NoBedLeft(Conflict):
    """For the tests: refused for the room that was asked for."""


class RoomForm(forms.Form):
    room = forms.CharField()


@pytest.fixture
def asked(db: None) -> Callable[..., Any]:
    """A request of somebody, as the middleware hands it to a view."""
    user: User = make_user()

    def make(method: str = "post", data: Any = None, *, htmx: bool = False) -> Any:
        headers = {"HTTP_HX_REQUEST": "true"} if htmx else {}
        request: Any = getattr(RequestFactory(), method)("/rooms/", data or {}, **headers)
        request.user, request.session = user, SessionStore()
        request._messages = FallbackStorage(request)
        request.htmx = HtmxDetails(request)
        return request

    return make


def taken() -> str:
    raise NoBedLeft("No bed is left.")


def page(request: Any, act: Callable[[], str] = lambda: "Taken.", **more: Any) -> HttpResponse:
    form = RoomForm(posted(request))
    options = {"title": "Take a room", "button": "Take", "back": "/rooms/", **more}
    return act_page(request, form, act, **options)


def row(filled_in: forms.BaseForm | None) -> HttpResponse:
    return HttpResponse("the row", status=422 if filled_in else 200)


def news(request: Any) -> list[str]:
    return [str(message) for message in get_messages(request)]


def test_the_form_is_shown_first(asked: Callable[..., Any]) -> None:
    answer = page(asked("get"))

    assert answer.status_code == 200
    assert "Take a room" in answer.content.decode()


@pytest.mark.parametrize("typed", [{}, {"room": ""}])
def test_what_is_not_filled_in_comes_back_as_422(
    asked: Callable[..., Any], typed: dict[str, str]
) -> None:
    done: list[str] = []

    answer = page(asked(data=typed), lambda: done.append("done") or "Done.")

    assert (answer.status_code, done) == (422, [])


def test_an_act_that_is_done_says_so_and_leads_on(asked: Callable[..., Any]) -> None:
    request = asked(data={"room": "801"})

    answer = page(request)

    assert (answer.status_code, answer["Location"], news(request)) == (302, "/rooms/", ["Taken."])


@pytest.mark.parametrize(("beside", "field"), [({NoBedLeft: "room"}, "room"), ({}, "")])
def test_a_refusal_comes_back_beside_what_was_typed(
    asked: Callable[..., Any], beside: dict[type, str], field: str
) -> None:
    answer = page(asked(data={"room": "801"}), taken, beside=beside)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "No bed is left." in text and 'value="801"' in text
    assert ('id="id_room_error"' in text) is bool(field)


def test_an_act_may_answer_with_a_page_of_its_own(asked: Callable[..., Any]) -> None:
    answer = page(asked(data={"room": "801"}), lambda: HttpResponse("a file"))

    assert answer.content == b"a file"


def test_a_row_of_a_list_comes_back_alone_with_the_news(asked: Callable[..., Any]) -> None:
    done, refused = (asked(data={"room": "801"}, htmx=True) for _ in range(2))

    assert page(done, row=row).status_code == 200
    assert page(refused, taken, row=row).status_code == 422
    assert (news(done), news(refused)) == (["Taken."], ["No bed is left."])


def test_without_htmx_a_row_is_a_page(asked: Callable[..., Any]) -> None:
    assert b"Take a room" in page(asked(data={}), row=row).content


def test_a_button_does_its_act_or_says_why_not(asked: Callable[..., Any]) -> None:
    done, refused, in_a_row = asked(), asked(), asked(htmx=True)

    answers = [
        act_button(done, lambda: "Taken.", back="/rooms/", row=row),
        act_button(refused, taken, back="/rooms/", row=row),
        act_button(in_a_row, taken, back="/rooms/", row=row),
    ]

    assert [each.status_code for each in answers] == [302, 302, 200]
    assert [news(each) for each in (done, refused, in_a_row)] == [
        ["Taken."],
        ["No bed is left."],
        ["No bed is left."],
    ]


# --- Grave acts -------------------------------------------------------------------------------

WARNING = "The bed is yours & stays yours."


def test_a_grave_act_says_what_it_will_do_and_waits_for_a_second_press(
    asked: Callable[..., Any],
) -> None:
    done: list[str] = []

    first = page(asked(data={"room": "801"}), lambda: done.append("") or "Done.", confirm=WARNING)

    text = first.content.decode()
    assert (first.status_code, done) == (200, [])
    assert "The bed is yours &amp; stays yours." in text
    assert '<input type="hidden" name="room" value="801">' in text
    assert '<input type="hidden" name="confirmed" value="1">' in text

    again = asked(data={"room": "801", "confirmed": "1"})
    second = page(again, lambda: done.append("") or "Done.", confirm=WARNING)

    assert (second.status_code, done, news(again)) == (302, [""], ["Done."])


def test_a_grave_act_is_asked_about_only_once_its_form_is_sound(
    asked: Callable[..., Any],
) -> None:
    for data in ({"room": ""}, {"room": "", "confirmed": "1"}):
        answer = page(asked(data=data), confirm=WARNING)

        assert answer.status_code == 422
        assert b"The bed is yours" not in answer.content


def test_whether_an_act_is_grave_may_follow_from_what_was_typed(
    asked: Callable[..., Any],
) -> None:
    request = asked(data={"room": "801"})

    def confirm() -> str:
        return WARNING if request.POST["room"] == "802" else ""

    assert page(request, confirm=confirm).status_code == 302


def test_a_grave_act_without_a_form_is_nothing_but_the_question(
    asked: Callable[..., Any],
) -> None:
    def ask(request: Any, act: Callable[[], str] = lambda: "Taken.") -> HttpResponse:
        options = {"title": "Take", "button": "Take", "back": "/rooms/", "confirm": WARNING}
        return act_page(request, forms.Form(posted(request)), act, **options)

    for request in (asked("get"), asked()):
        answer = ask(request)
        assert answer.status_code == 200
        assert b"The bed is yours" in answer.content

    assert ask(asked(data={"confirmed": "1"})).status_code == 302
    refused = ask(asked(data={"confirmed": "1"}), taken)
    assert refused.status_code == 422
    assert b"No bed is left." in refused.content
