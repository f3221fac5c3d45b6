"""Answering on the page: nothing typed is lost, and whoever must know of the answer hears of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from houshayu.models import ClockShift, MessageLine, Place, User
from returnees.models import Alert, Case
from tests.factories import (
    NOW,
    accept,
    holder_of,
    make_case,
    make_handoff,
    make_observed_case,
    moment,
)
from transfers.models import Handoff, HandoffClosed

HTMX = {"HX-Request": "true"}


@pytest.fixture
def friday_13(settings: Any, db: None) -> None:
    """The pages' clock stands in the days when people with a dwelling went home."""
    settings.DEMONSTRATION = True
    ClockShift.set_to(moment("2020-03-13"))


@pytest.fixture
def at_the_hub(client: Client, receiver: User) -> Client:
    client.force_login(receiver)
    return client


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["as a page", "in its row"])
def test_a_temperature_nobody_has_comes_back_with_the_reason_beside_it(
    at_the_hub: Client, handoff: Handoff, headers: dict[str, str]
) -> None:
    url = reverse("transfers:handoff_accept", args=[handoff.pk])

    page = at_the_hub.post(url, {"temperature": "366", "room": "0812"}, headers=headers)

    text = page.content.decode()
    assert page.status_code == 422
    assert 'value="366"' in text and 'aria-invalid="true"' in text and 'class="error"' in text
    handoff.refresh_from_db()
    assert handoff.is_open


@pytest.mark.usefixtures("friday_13")
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["as a page", "in its row"])
def test_taking_somebody_home_asks_for_the_signed_commitment(
    client: Client, community: Place, sender: User, headers: dict[str, str]
) -> None:
    case = make_observed_case(community=community, arrived=moment("2020-03-12"))
    handoff = make_handoff(case=case, to_place=community, now=moment("2020-03-13"))
    client.force_login(sender)
    url = reverse("transfers:handoff_accept", args=[handoff.pk])

    assert 'name="commitment_signed"' in client.get(handoff.get_absolute_url()).content.decode()
    page = client.post(url, {"temperature": "36.5"}, headers=headers)

    text = page.content.decode()
    assert page.status_code == 422
    assert 'value="36.5"' in text and "请先签好承诺书" in text
    client.post(url, {"temperature": "36.5", "commitment_signed": "on"}, headers=headers)
    assert holder_of(case) == community


@pytest.mark.usefixtures("friday_13")
def test_somebody_who_came_home_without_a_handoff_signs_there(
    client: Client, community: Place, sender: User
) -> None:
    case = make_case(place=community, by=sender, arrived=moment("2020-03-12"))
    client.force_login(sender)
    assert "承诺书尚未签署" in client.get(case.get_absolute_url()).content.decode()

    client.post(reverse("returnees:commitment_sign", args=[case.number]))

    text = client.get(case.get_absolute_url()).content.decode()
    assert "承诺书尚未签署" not in text and "承诺书已签署" in text


def test_a_plan_in_another_century_is_asked_again(
    client: Client, sender: User, case: Case, hub: Place
) -> None:
    client.force_login(sender)
    url = reverse("transfers:handoff_offer", args=[case.number])

    # In UTC this is before the year 1: the database keeps it, and Python can't read it again.
    page = client.post(url, {"to_place": hub.pk, "planned_at": "0001-01-01T00:00"})

    assert "请核对年份" in page.content.decode()
    assert not Handoff.objects.exists()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["as a page", "in its row"])
def test_declining_asks_for_the_reason(
    at_the_hub: Client, handoff: Handoff, headers: dict[str, str]
) -> None:
    url = reverse("transfers:handoff_decline", args=[handoff.pk])

    page = at_the_hub.post(url, {"reason": " "}, headers=headers)

    assert page.status_code == 422
    assert "请说明原因" in page.content.decode()
    handoff.refresh_from_db()
    assert handoff.is_open


def test_the_senders_staff_hear_that_it_was_declined_and_find_the_reason(
    client: Client, handoff: Handoff, sender: User, receiver: User, stranger: User
) -> None:
    handoff.decline(by=receiver, now=NOW, reason="Fever, no single room")

    line = MessageLine.objects.get()
    assert line.recipient == sender
    assert handoff.case.number in line.text and "Fever" not in line.text
    client.force_login(sender)
    assert "Fever, no single room" in client.get(line.url).content.decode()


def test_an_answer_that_came_too_late_notifies_nobody(handoff: Handoff, receiver: User) -> None:
    accept(Handoff.objects.get(), by=receiver, now=NOW)

    with pytest.raises(HandoffClosed):
        handoff.decline(by=receiver, now=NOW, reason="Full")

    assert not MessageLine.objects.exists()


def test_a_fever_measured_at_the_handoff_is_an_alert_at_once(
    hotel: Place, hub: Place, receiver: User, coordinator: User, community: Place
) -> None:
    case = make_observed_case(place=hotel, community=community)
    handoff = make_handoff(case=case, to_place=hub)

    accept(handoff, by=receiver, now=NOW, temperature=Decimal("37.3"))

    alert = Alert.objects.get(case=case)
    assert (alert.place, alert.temperature) == (hub, Decimal("37.3"))
    assert list(MessageLine.objects.values_list("recipient", flat=True)) == [coordinator.pk]


def test_a_normal_temperature_at_the_handoff_alerts_nobody(
    handoff: Handoff, receiver: User, coordinator: User
) -> None:
    accept(handoff, by=receiver, now=NOW, temperature=Decimal("37.2"))

    assert not Alert.objects.exists() and not MessageLine.objects.exists()


def test_a_place_that_declined_has_no_more_to_do_with_the_person(
    at_the_hub: Client, handoff: Handoff, sender: User, receiver: User
) -> None:
    Handoff.objects.update(remarks="wheelchair")
    name = handoff.case.person.name_zh
    assert name in at_the_hub.get(handoff.get_absolute_url()).content.decode()

    handoff.refresh_from_db()
    handoff.decline(by=receiver, now=NOW, reason="full")

    page = at_the_hub.get(handoff.get_absolute_url()).content.decode()
    assert name not in page and "wheelchair" not in page and handoff.case.number in page
    at_the_hub.force_login(sender)
    assert name in at_the_hub.get(handoff.get_absolute_url()).content.decode()
