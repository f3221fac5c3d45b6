"""Nothing grave happens by one press: the page says what will happen, and asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from houshayu.bulk import BulkAct
from houshayu.models import ClockShift, Membership, User
from policy.models import PolicyVersion
from returnees import arrivals
from returnees.bulk import ALERTS, CASES
from returnees.models import Case
from tests.factories import (
    NOW,
    hand_over,
    make_case,
    make_handoff,
    make_observed_case,
    make_user,
    moment,
    observation_of,
    real_place,
    see_through,
)
from transfers.bulk import HANDOFFS

LAST_MORNING = moment("2020-04-03", "09:00")


@dataclass(frozen=True)
class Grave:
    """An act as somebody sends it, what it changes, and what it says before."""

    url: str
    typed: dict[str, str]
    state: Callable[[], Any]
    says: str


def of_case(name: str, case: Case, state: Callable[[], Any], says: str, **typed: str) -> Grave:
    return Grave(reverse(f"returnees:{name}", args=[case.number]), typed, state, says)


def outcome(case: Case) -> Callable[[], str]:
    return lambda: Case.objects.get(pk=case.pk).outcome


def release() -> Grave:
    case = make_observed_case()
    home = see_through(case)
    hand_over(case, real_place("gucheng"), now=home)
    return of_case("case_release", case, outcome(case), "the case is closed")


def closing(outcome_of: str, says: str) -> Callable[[], Grave]:
    def make() -> Grave:
        case = make_case(place=real_place("gucheng"))
        return of_case("case_close", case, outcome(case), says, outcome=outcome_of, note="电话")

    return make


def not_arrived() -> Grave:
    case = make_case(place=real_place("gucheng"), arrived=NOW)
    arrivals.arrive(case, at=NOW, by=make_user(), now=NOW)
    return of_case(
        "arrival_correct",
        case,
        lambda: Case.objects.get(pk=case.pk).arrived_at,
        "expected again",
        not_arrived="on",
        reason="a slip",
    )


def restart() -> Grave:
    case = make_observed_case()
    return of_case(
        "observation_restart",
        case,
        lambda: observation_of(case).started_on,
        "begin anew",
        last_contact_on="2020-03-28",
    )


def another_version() -> Grave:
    case = make_observed_case()
    return of_case(
        "policy_change",
        case,
        lambda: Case.objects.get(pk=case.pk).policy.code,
        "decided anew",
        version=str(PolicyVersion.objects.get(code="P7").pk),
        reason="asked by the district",
    )


def result(which: str, says: str) -> Callable[[], Grave]:
    def make() -> Grave:
        test = observation_of(make_observed_case()).labtests.first()

        def state() -> str:
            test.refresh_from_db()
            return str(test.result)

        url = reverse("returnees:labtest_record", args=[test.pk])
        return Grave(url, {"result": which}, state, says)

    return make


def offer_taken_back() -> Grave:
    handoff = make_handoff()

    def state() -> str:
        handoff.refresh_from_db()
        return str(handoff.status)

    url = reverse("transfers:handoff_cancel", args=[handoff.pk])
    return Grave(url, {}, state, "no longer sees the person")


def role_taken_back() -> Grave:
    member = make_user(role="hotel_staff", place=real_place("demo-hotel-jia"))
    url = reverse("membership_remove", args=[Membership.objects.get(user=member).pk])
    return Grave(url, {}, lambda: Membership.objects.filter(user=member).count(), "Take back")


def new_password() -> Grave:
    member = make_user(role="hotel_staff", place=real_place("demo-hotel-jia"), password="kapok")

    def state() -> str:
        return User.objects.get(pk=member.pk).password

    return Grave(reverse("password_renew", args=[member.pk]), {}, state, "stops working")


ACTS = {
    "release": release,
    "no_show": closing("no_show", "nobody is responsible"),
    "cancelled": closing("cancelled", "nobody is responsible"),
    "not_arrived": not_arrived,
    "restart": restart,
    "another_version": another_version,
    "positive": result("positive", "an alert is raised"),
    "negative": result("negative", "counts for the release"),
    "offer_taken_back": offer_taken_back,
    "role_taken_back": role_taken_back,
    "new_password": new_password,
}


@pytest.fixture
def client(db: None, settings: Any) -> Client:
    """Somebody who may do everything everywhere, on the last morning."""
    settings.DEMONSTRATION = True
    ClockShift.set_to(LAST_MORNING)
    chief = make_user(username="chief", language="en")
    for role in ("coordinator", "administrator"):
        Membership.objects.create(user=chief, role=role, place=real_place("beijing"))
    client = Client()
    client.force_login(chief, "houshayu.access.MembershipBackend")
    return client


@pytest.mark.parametrize("name", ACTS)
def test_a_grave_act_asks_first_and_is_done_by_the_second_press(client: Client, name: str) -> None:
    act = ACTS[name]()
    before = act.state()

    asked = client.post(act.url, act.typed)
    text = asked.content.decode()
    unchanged = act.state()
    done = client.post(act.url, act.typed | {"confirmed": "1"})

    assert asked.status_code == 200 and act.says in text, text[-3000:]
    assert all(f'name="{key}" value="{value}"' in text for key, value in act.typed.items())
    assert unchanged == before
    assert done.status_code in (200, 302) and act.state() != before


def test_a_sample_that_was_taken_is_one_press(client: Client) -> None:
    act = result("pending", "")()

    assert client.post(act.url, act.typed).status_code == 302


# Of the acts on many rows, those that decide nothing for anybody.
LIGHT = {"acknowledge", "print", "offer", "lodge"}


@pytest.mark.parametrize("acts", [CASES, ALERTS, HANDOFFS], ids=lambda acts: acts.page)
def test_what_is_grave_for_one_is_asked_for_many(acts: Any) -> None:
    def asks(act: BulkAct) -> bool:
        return bool(act.question)

    assert {code for code, act in acts.acts.items() if not asks(act)} <= LIGHT


def test_a_release_of_many_says_that_it_can_be_taken_back_today(db: None) -> None:
    with override("en"):
        assert "taken back today only" in str(CASES.acts["release"].question)
