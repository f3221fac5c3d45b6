"""A family is offered, accepted and shown together, and one who is missing stays visible."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from houshayu.models import Place, User
from returnees.models import Case, Custody
from tests.factories import NOW, hand_over, make_case, make_handoff, real_place

CASES, HANDOFFS = "returnees:case_bulk", "transfers:handoff_bulk"


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "houshayu.access.MembershipBackend")
    return client


def press(user: User, address: str, act: str, *chosen: object, **typed: Any) -> HttpResponse:
    sent = {"act": act, "chosen": [str(each) for each in chosen], **typed}
    return logged_in(user).post(reverse(address), sent)


def left_out(answer: HttpResponse) -> list[tuple[str, str]]:
    return [(each.name, each.key) for each in answer.context["left_out"]]


@pytest.fixture
def mother(community: Place) -> Case:
    return make_case(place=community, person={"name_zh": "马丽"})


@pytest.fixture
def son(community: Place, mother: Case) -> Case:
    return make_case(place=community, person={"name_zh": "马强"}, travel_group=mother.travel_group)


def test_before_a_bus_leaves_everybody_on_it_is_named_and_who_of_a_family_is_not(
    sender: User, community: Place, mother: Case, son: Case
) -> None:
    alone = make_case(place=community, person={"name_zh": "李雷"})

    page = press(sender, CASES, "offer", mother.number, alone.number)

    text = page.content.decode()
    assert "马丽" in text and "李雷" in text
    assert left_out(page) == [(f"马强 ({community})", son.number)]


def test_a_companion_is_taken_along_by_a_tick_on_the_page_that_asks(
    sender: User, community: Place, hub: Place, mother: Case, son: Case
) -> None:
    bus = {"to_place": hub.pk, "vehicle_plate": "京A12345", "driver": "老张"}

    press(sender, CASES, "offer", mother.number, son.number, confirmed="1", **bus)

    offers = Custody.objects.open().filter(offered_to=hub)
    assert {each.case for each in offers} == {mother, son}
    assert {each.handoffs.get().vehicle_plate for each in (mother, son)} == {"京A12345"}


def test_a_companion_in_other_hands_is_masked_and_cannot_be_chosen(
    sender: User, mother: Case
) -> None:
    there = real_place("gucheng")
    make_case(place=there, person={"name_zh": "马壮"}, travel_group=mother.travel_group)

    page = press(sender, CASES, "offer", mother.number)

    assert left_out(page) == [(f"马* ({there})", "")]
    assert "马壮" not in page.content.decode()


def test_who_accepts_a_mother_sees_that_her_son_was_not_offered(
    receiver: User, hub: Place, community: Place, mother: Case, son: Case
) -> None:
    handoff = make_handoff(case=mother, to_place=hub)
    client = logged_in(receiver)

    pages = [
        client.get(address).content.decode()
        for address in (reverse("transfers:handoff_list"), handoff.get_absolute_url())
    ]
    asked = press(receiver, HANDOFFS, "accept", handoff.pk)

    assert all("同行人员未到齐" in page and f"在{community}，尚未接转" in page for page in pages)
    assert left_out(asked) == [(f"马* ({community})", "")]


def test_a_family_that_is_offered_together_is_shown_together(
    receiver: User, hub: Place, mother: Case, son: Case
) -> None:
    first, second = (make_handoff(case=each, to_place=hub) for each in (mother, son))

    page = logged_in(receiver).get(first.get_absolute_url()).content.decode()
    asked = press(receiver, HANDOFFS, "accept", first.pk)

    assert "同行人员未到齐" not in page and "马强" in page
    assert left_out(asked) == [(f"马强 ({son.custodies.get().place})", str(second.pk))]


def test_the_page_of_a_case_says_where_the_companions_are(
    sender: User, receiver: User, hub: Place, community: Place, mother: Case, son: Case
) -> None:
    together = logged_in(sender).get(mother.get_absolute_url()).content.decode()
    hand_over(son, hub, now=NOW)
    apart = logged_in(sender).get(mother.get_absolute_url()).content.decode()

    assert son.get_absolute_url() in together and "不在一处" not in together
    assert str(hub) in apart and "不在一处" in apart


def test_somebody_who_travels_alone_has_no_companions_on_the_page(
    sender: User, community: Place, mother: Case
) -> None:
    make_case(place=community)

    assert "同行人员" not in logged_in(sender).get(mother.get_absolute_url()).content.decode()


@pytest.mark.parametrize("offers", [1, 5])
def test_the_list_costs_the_same_queries_however_many_families(
    receiver: User, hub: Place, community: Place, offers: int, django_assert_num_queries: Any
) -> None:
    for _each in range(offers):
        parent = make_case(place=community)
        make_case(place=community, travel_group=parent.travel_group)
        make_handoff(case=parent, to_place=hub)
    client = logged_in(receiver)

    with django_assert_num_queries(11):
        client.get(reverse("transfers:handoff_list"))
