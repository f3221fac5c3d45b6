"""Two people at one alert, on the page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from houshayu.models import Place, User
from returnees.models import Alert, Case
from tests.factories import make_alert, make_user, real_place

HTMX = {"HX-Request": "true"}


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "houshayu.access.MembershipBackend")
    return client


@pytest.fixture
def alert(observed: Case) -> Alert:
    return make_alert(observed)


@pytest.fixture
def doctor(db: None) -> User:
    return make_user(role="medical_member", place=real_place("houshayu"), username="doctor")


def settle(client: Client, alert: Alert, **data: str) -> object:
    url = reverse("returnees:alert_resolve", args=[alert.pk])
    return client.post(url, data, headers=HTMX)


def test_the_first_who_is_on_it_stands(alert: Alert, coordinator: User, doctor: User) -> None:
    url = reverse("returnees:alert_acknowledge", args=[alert.pk])
    for user in (doctor, coordinator):
        assert logged_in(user).post(url, headers=HTMX).status_code == 200

    alert.refresh_from_db()
    assert alert.acknowledged_by == doctor


def test_a_row_is_settled_without_a_reload_and_leaves_the_open_list(
    alert: Alert, doctor: User
) -> None:
    client = logged_in(doctor)

    row = settle(client, alert, resolution="remeasured_normal", reading="36.8", note="腋温")

    assert "腋温" in row.content.decode()  # type: ignore[attr-defined]
    number = alert.case.number
    assert number not in client.get(reverse("returnees:alert_list")).content.decode()
    settled = client.get(reverse("returnees:alert_list"), {"state": "settled"})
    assert number in settled.content.decode()


def test_the_second_who_settles_it_changes_nothing(
    alert: Alert, doctor: User, coordinator: User
) -> None:
    settle(logged_in(doctor), alert, resolution="remeasured_normal", reading="36.8")

    late = settle(logged_in(coordinator), alert, resolution="confirmed")

    assert late.status_code == 404  # type: ignore[attr-defined]
    alert.refresh_from_db()
    assert (alert.resolution, alert.resolved_by) == ("remeasured_normal", doctor)


def test_a_note_is_not_lost_where_the_result_is_missing(alert: Alert, doctor: User) -> None:
    row = settle(logged_in(doctor), alert, note="等待复测")

    assert row.status_code == 422  # type: ignore[attr-defined]
    assert 'value="等待复测"' in row.content.decode()  # type: ignore[attr-defined]
    alert.refresh_from_db()
    assert alert.resolved_at is None


def test_another_hotel_can_not_settle_it(alert: Alert, hotel: Place) -> None:
    elsewhere = make_user(role="hotel_staff", place=real_place("demo-hotel-yi"))

    assert settle(logged_in(elsewhere), alert, resolution="confirmed").status_code == 404  # type: ignore[attr-defined]
