"""The frame of every page: language, messages, menu, forms, errors."""

import re
from html import unescape

import pytest
from django import forms
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from houshayu.models import Place, Role, User
from houshayu.rendering import FormRenderer
from houshayu.shortcuts import render_fragment
from tests.factories import make_user


@pytest.fixture
def coordinator(community: Place) -> User:
    return make_user(role=Role.COORDINATOR, place=community, password="a-long-day-at-the-hub")


def request_with(method: str, *news: str) -> HttpRequest:
    request = getattr(RequestFactory(), method)("/")
    request.user = AnonymousUser()
    request.session = {}
    request._messages = FallbackStorage(request)
    for text in news:
        messages.success(request, text)
    return request


# --- Language ---------------------------------------------------------------------------------


def test_the_first_page_is_chinese_whatever_the_browser_prefers(client: Client, db: None) -> None:
    page = client.get(reverse("account_login"), headers={"Accept-Language": "en"})

    assert page.headers["Content-Language"] == "zh-hans"
    assert '<html lang="zh-hans" dir="ltr">' in page.text


def test_switching_language_keeps_the_page_and_its_filters(client: Client, db: None) -> None:
    here = reverse("account_login") + "?next=/cases/%3Fq%3D%E7%8E%8B"

    answer = client.post(reverse("set_language"), {"language": "en", "next": here})

    assert answer.headers["Location"] == here
    assert client.get(here).headers["Content-Language"] == "en"


def test_a_users_language_is_their_own_on_every_machine(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    client.post(reverse("set_language"), {"language": "en", "next": "/"})

    elsewhere = Client()
    elsewhere.force_login(coordinator)

    assert elsewhere.get(reverse("mfa_index")).headers["Content-Language"] == "en"


def test_switching_language_leads_to_no_other_site_and_no_unknown_language(
    client: Client, db: None
) -> None:
    answer = client.post(
        reverse("set_language"), {"language": "tlh", "next": "https://elsewhere.example/"}
    )

    assert answer.headers["Location"] == "/"
    assert not answer.cookies


def test_what_was_seen_logged_in_is_kept_by_no_browser(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)

    for name in ("returnees:case_list", "returnees:case_export", "inbox"):
        assert "no-store" in client.get(reverse(name)).headers["Cache-Control"]


# --- Menu and messages ------------------------------------------------------------------------


def test_the_menu_offers_what_the_reader_may_open_and_nothing_else(
    client: Client, coordinator: User
) -> None:
    def menu_of(user: User) -> list[str]:
        client.force_login(user)
        html = client.get(reverse("mfa_index")).text
        nav = html[html.index('id="mainnav"') : html.index("</nav>")]
        return re.findall(r'href="([^"]+)"', nav)

    in_the_order_of_a_day = [
        reverse(name)
        for name in (
            "coordination:my_day",
            "coordination:dashboard",
            "returnees:case_list",
            "returnees:round",
            "transfers:handoff_list",
            "returnees:room_map",
            "returnees:alert_list",
            "workorder_list",
            "inbox",
            "job_list",
            "post_list",
            "returnees:certificate_verify",
            "outbox",
        )
    ]
    offered = menu_of(coordinator)
    described_here = {"", "coordination", "returnees", "transfers"}
    assert [
        each for each in offered if resolve(each).app_name in described_here
    ] == in_the_order_of_a_day
    assert {each: client.get(each).status_code for each in offered} == dict.fromkeys(offered, 200)
    everybodys = [reverse(n) for n in ("inbox", "job_list", "returnees:certificate_verify")]
    assert menu_of(make_user()) == everybodys


def test_a_stranger_sees_no_menu_and_costs_no_query(
    client: Client, db: None, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        page = client.get(reverse("account_login"))

    assert 'id="mainnav"' not in page.text


def test_an_act_answers_with_its_fragment_and_the_news() -> None:
    html = render_fragment(
        request_with("post", "Handoff accepted."), "_empty.html", {"text": "Nothing waits."}
    ).content.decode()

    assert html.index("Nothing waits.") < html.index('hx-swap-oob="innerHTML:#messages"')
    assert "Handoff accepted." in html


def test_a_list_that_refreshes_itself_leaves_older_news_standing() -> None:
    html = render_fragment(
        request_with("get"), "_empty.html", {"text": "Nothing."}
    ).content.decode()

    assert "hx-swap-oob" not in html


# --- Forms ------------------------------------------------------------------------------------


class Sheet(forms.Form):
    bilingual = True
    default_renderer = FormRenderer
    name = forms.CharField(label=_("Password"), help_text="As in the passport.")
    slot = forms.ChoiceField(
        label=_("Date"), choices=[("1", _("January"))], widget=forms.RadioSelect
    )


def test_a_field_ties_its_label_help_and_error_to_its_control() -> None:
    form = Sheet({"name": "", "slot": "1"})

    html = str(form)

    assert '<label for="id_name">' in html
    assert re.search(r'<input type="text" name="name"[^>]*class="form-control"', html)
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert '<a href="#id_name">' in html  # the summary leads to the field


def test_a_bilingual_form_shows_labels_and_choices_in_chinese_and_english() -> None:
    with translation.override("en"):
        html = str(Sheet())

    assert '<span lang="zh-Hans">密码</span> <span lang="en">Password</span>' in html
    assert "一月 January" in html


def test_an_ordinary_form_shows_them_once() -> None:
    class Plain(Sheet):
        bilingual = False

    with translation.override("en"):
        html = str(Plain())

    assert "密码" not in html
    assert "一月" not in html


# --- Errors and safety ------------------------------------------------------------------------


def test_what_is_not_there_has_a_page_in_the_frame(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)

    page = client.get("/nothing/here/")

    assert page.status_code == 404
    assert 'id="mainnav"' in page.text


def test_the_address_of_a_button_has_a_page_in_the_frame(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)

    page = client.get(reverse("returnees:print_many"))

    assert (page.status_code, page.headers["Allow"]) == (405, "POST")
    assert 'id="mainnav"' in page.text


# --- Forms that come too late --------------------------------------------------------------------


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


def test_what_was_typed_outlives_the_log_in(coordinator: User, hotel: Place) -> None:
    client = Client(enforce_csrf_checks=True, headers={"origin": "http://testserver"})
    address = reverse("post_list")
    client.force_login(coordinator, "houshayu.access.MembershipBackend")
    token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', client.get(address).text)
    assert token
    typed = {"holder": "", "note": 'two "words" & more'}
    client.logout()

    page = client.post(address, typed | {"csrfmiddlewaretoken": token[1]})

    assert (page.status_code, page.headers["Cache-Control"]) == (403, "no-store, private")
    sent = {name: unescape(value) for name, value in hidden(page.text).items()}
    assert typed.items() <= sent.items()
    assert f'action="{address}"' in page.text and reverse("account_login") in page.text
    # Logged in again, the token is another: the form comes back once more, with a fresh one.
    client.force_login(coordinator, "houshayu.access.MembershipBackend")
    again = client.post(address, typed | {"csrfmiddlewaretoken": "0" * 64})
    fresh = hidden(again.text)["csrfmiddlewaretoken"]
    # It gets as far as the list of posts, which takes no form.
    assert client.post(address, typed | {"csrfmiddlewaretoken": fresh}).status_code == 405


@pytest.mark.parametrize(
    ("name", "origin"),
    [("post_list", "https://elsewhere.example"), ("account_login", "http://testserver")],
)
def test_no_page_holds_what_another_site_sent_or_a_password(
    db: None, name: str, origin: str
) -> None:
    client = Client(enforce_csrf_checks=True, headers={"origin": origin})

    page = client.post(reverse(name), {"password": "a-long-day-at-the-hub"})

    assert page.status_code == 403
    assert "a-long-day" not in page.text


@pytest.mark.parametrize("name", ["account_login", "mfa_index", "account_change_password"])
def test_pages_carry_no_inline_script_or_style(
    client: Client, coordinator: User, name: str
) -> None:
    if name != "account_login":
        client.force_login(coordinator)

    page = client.get(reverse(name))

    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page.text)
