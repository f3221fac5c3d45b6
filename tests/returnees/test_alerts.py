"""An alert takes steps, and is settled with what was found: nothing of it is filled in before."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from houshayu.models import User
from returnees import observing
from returnees.forms.alerts import ResolutionForm
from returnees.models import (
    Alert,
    AlertClosed,
    AlertStep,
    AlertStepKind,
    Case,
    NotNormal,
    ReadingMissing,
    Resolution,
)
from tests.attacks import refused_by, sql
from tests.factories import NOW, check_in, make_alert, make_observed_case, make_user, observation_of

LATER = NOW + timedelta(hours=1)


def positive_test(case: Case) -> Alert:
    test = observation_of(case).labtests.first()
    observing.record_test(test, "positive", by=make_user(), now=NOW)
    return Alert.objects.get(labtest=test)


def symptom(case: Case) -> Alert:
    return check_in(case, day=0, slot="evening", symptoms=("dry_cough",)).alerts.get()


def settle(alert: Alert, resolution: str, reading: str = "") -> None:
    degrees = Decimal(reading) if reading else None
    alert.resolve(resolution, by=make_user(), now=LATER, reading=degrees)


# --- Steps ------------------------------------------------------------------------------------


def test_each_step_keeps_who_took_it_first_and_when(observed: Case, hotel_worker: User) -> None:
    alert = make_alert(observed)

    AlertStep.objects.take(alert, AlertStepKind.ISOLATED, by=hotel_worker, now=NOW)
    AlertStep.objects.take(alert, AlertStepKind.ISOLATED, by=make_user(), now=LATER)
    AlertStep.objects.take(alert, AlertStepKind.CALLED_120, by=hotel_worker, now=LATER)

    steps = alert.steps.values_list("kind", "taken_by", "taken_at")
    assert list(steps) == [
        ("isolated", hotel_worker.pk, NOW),
        ("called_120", hotel_worker.pk, LATER),
    ]
    assert alert.acknowledged_by == hotel_worker
    assert alert.steps_left == ["remeasured", "interpreter", "test_taken", "contacts_listed"]


def test_a_settled_alert_takes_no_more_steps(observed: Case) -> None:
    alert = make_alert(observed)
    settle(alert, Resolution.SENT_TO_HOSPITAL)

    with pytest.raises(AlertClosed):
        AlertStep.objects.take(alert, AlertStepKind.ISOLATED, by=make_user(), now=LATER)
    with refused_by("alertstep_of_an_open_alert"):
        AlertStep.objects.create(
            alert=alert, kind=AlertStepKind.ISOLATED, taken_by=make_user(), taken_at=LATER
        )


@pytest.mark.parametrize(
    ("rule", "attack"),
    [
        ("alertstep_stays", "UPDATE returnees_alertstep SET taken_at = now()"),
        ("alertstep_stays", "DELETE FROM returnees_alertstep"),
        (
            "alertstep_once",
            "INSERT INTO returnees_alertstep (alert_id, kind, taken_at, taken_by_id)"
            " SELECT alert_id, kind, taken_at, taken_by_id FROM returnees_alertstep",
        ),
        (
            "alertstep_kind_known",
            "INSERT INTO returnees_alertstep (alert_id, kind, taken_at, taken_by_id)"
            " SELECT alert_id, 'prayed', taken_at, taken_by_id FROM returnees_alertstep",
        ),
    ],
)
def test_a_step_that_was_taken_stays(observed: Case, rule: str, attack: str) -> None:
    AlertStep.objects.take(make_alert(observed), AlertStepKind.ISOLATED, by=make_user(), now=NOW)

    with refused_by(rule):
        sql(attack)


def test_a_step_is_one_press_and_the_row_shows_who_took_it(
    client: Client, observed: Case, hotel_worker: User
) -> None:
    alert = make_alert(observed)
    client.force_login(hotel_worker, "houshayu.access.MembershipBackend")

    row = client.post(
        reverse("returnees:alert_step", args=[alert.pk]),
        {"step": "isolated"},
        headers={"HX-Request": "true"},
    ).content.decode()

    assert "已隔离" in row and hotel_worker.name in row
    assert 'value="isolated"' not in row and 'value="called_120"' in row


# --- What was found ---------------------------------------------------------------------------


def test_nothing_is_chosen_before_somebody_says_what_was_found(
    client: Client, observed: Case, hotel_worker: User
) -> None:
    alert = make_alert(observed)
    client.force_login(hotel_worker, "houshayu.access.MembershipBackend")

    page = client.get(reverse("returnees:alert_list")).content.decode()
    answer = client.post(reverse("returnees:alert_resolve", args=[alert.pk]))

    assert '<option value="">' in page and "selected" not in page.split("resolution-")[-1]
    assert answer.status_code == 422
    alert.refresh_from_db()
    assert alert.resolved_at is None


@pytest.mark.parametrize("resolution", ["remeasured_normal", "test_negative"])
def test_a_fever_is_settled_with_what_was_measured_since(observed: Case, resolution: str) -> None:
    alert = make_alert(observed)

    with pytest.raises(ReadingMissing):
        settle(alert, resolution)
    settle(alert, resolution, "36.8")

    assert alert.reading == Decimal("36.8")


@pytest.mark.parametrize("make", [make_alert, symptom])
def test_a_fever_still_is_not_normal(observed: Case, make: object) -> None:
    alert = make(observed)  # type: ignore[operator]

    with pytest.raises(NotNormal):
        settle(alert, Resolution.REMEASURED_NORMAL, "37.3")
    settle(alert, Resolution.REMEASURED_NORMAL, "37.2")


def test_a_symptom_that_has_passed_needs_no_reading(observed: Case) -> None:
    settle(symptom(observed), Resolution.REMEASURED_NORMAL)


def test_a_positive_test_is_never_settled_as_normal(observed: Case) -> None:
    alert = positive_test(observed)

    with pytest.raises(NotNormal):
        settle(alert, Resolution.REMEASURED_NORMAL, "36.5")
    assert Resolution.REMEASURED_NORMAL not in alert.settled_as


def test_a_positive_test_was_wrong_only_after_a_later_one_was_negative(observed: Case) -> None:
    alert = positive_test(observed)
    with pytest.raises(NotNormal):
        settle(alert, Resolution.TEST_NEGATIVE)
    again = observing.plan_test(
        observation_of(observed), date(2020, 3, 22), by=make_user(), now=NOW
    )
    observing.record_test(again, "negative", by=make_user(), now=LATER)

    settle(alert, Resolution.TEST_NEGATIVE)

    assert alert.resolution == Resolution.TEST_NEGATIVE


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"resolution": "remeasured_normal"}, "reading", "Please give the temperature that"),
        (
            {"resolution": "remeasured_normal", "reading": "38.0"},
            "resolution",
            "This is a fever still",
        ),
        ({"resolution": "mistaken"}, "resolution", "Select a valid choice"),
        ({"resolution": "confirmed", "reading": "99"}, "reading", "A temperature lies between"),
    ],
)
def test_a_form_says_what_is_missing_or_contradicted(
    db: None, typed: dict[str, str], field: str, sentence: str
) -> None:
    with override("en"):
        errors = ResolutionForm(typed, alert=Alert(kind="fever")).errors

        assert list(errors) == [field]
        assert sentence in str(errors[field])


SETTLED = "resolved_at = now(), resolved_by_id = (SELECT min(id) FROM houshayu_user)"


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("alert_fever_settled_with_a_reading", "resolution = 'remeasured_normal'"),
        ("alert_fever_settled_with_a_reading", "resolution = 'test_negative'"),
        ("alert_normal_is_below_fever", "resolution = 'remeasured_normal', reading = 37.3"),
        ("alert_reading_range", "resolution = 'confirmed', reading = 43"),
        ("alert_withdrawn_with_its_value", "resolution = 'mistaken'"),
    ],
)
def test_by_hand_too_a_fever_is_not_settled_lightly(observed: Case, rule: str, change: str) -> None:
    make_alert(observed)

    with refused_by(rule):
        sql(f"UPDATE returnees_alert SET {SETTLED}, {change}")


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("alert_positive_test_is_not_normal", "resolution = 'remeasured_normal', reading = 36.5"),
        ("alert_positive_test_was_repeated", "resolution = 'test_negative'"),
        ("alert_withdrawn_with_its_value", "resolution = 'mistaken'"),
    ],
)
def test_by_hand_too_a_positive_test_is_not_settled_lightly(
    observed: Case, rule: str, change: str
) -> None:
    positive_test(observed)

    with refused_by(rule):
        sql(f"UPDATE returnees_alert SET {SETTLED}, {change}")


@pytest.mark.parametrize(
    "change",
    [
        "resolution = 'confirmed'",
        "reading = 36.1",
        "resolved_at = NULL, resolved_by_id = NULL, resolution = '', reading = NULL",
        "temperature = 37.3",
    ],
)
def test_what_an_alert_was_settled_with_stays(observed: Case, change: str) -> None:
    settle(make_alert(observed), Resolution.REMEASURED_NORMAL, "36.8")

    with refused_by("settled_alert_stays"):
        sql(f"UPDATE returnees_alert SET {change}")


@pytest.mark.parametrize(
    ("rule", "make"),
    [("alert_one_open_per_checkin", make_alert), ("alert_one_open_per_test", positive_test)],
)
def test_a_value_has_one_open_alert(observed: Case, rule: str, make: object) -> None:
    make(observed)  # type: ignore[operator]

    with refused_by(rule):
        sql(
            "INSERT INTO returnees_alert (case_id, place_id, checkin_id, labtest_id, kind,"
            " raised_at, resolution, note) SELECT case_id, place_id, checkin_id, labtest_id, kind,"
            " raised_at, '', '' FROM returnees_alert"
        )


# --- Two people at once -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_who_settle_an_alert_at_once_the_first_stands() -> None:
    alert = make_alert(make_observed_case())
    late, refused = make_user(), []

    def settle_late() -> None:
        try:
            Alert.objects.get(pk=alert.pk).resolve(Resolution.CONFIRMED, by=late, now=LATER)
        except AlertClosed:
            refused.append(True)
        connection.close()

    second = threading.Thread(target=settle_late)
    with transaction.atomic():
        settle(alert, Resolution.REMEASURED_NORMAL, "36.8")
        second.start()
        second.join(0.5)  # it waits for the alert by now
    second.join()

    alert.refresh_from_db()
    assert (alert.resolution, refused) == (Resolution.REMEASURED_NORMAL, [True])


@pytest.mark.django_db(transaction=True)
def test_a_step_that_comes_while_somebody_settles_the_alert_is_too_late() -> None:
    alert = make_alert(make_observed_case())
    late, refused = make_user(), []

    def step() -> None:
        try:
            AlertStep.objects.take(alert, AlertStepKind.ISOLATED, by=late, now=LATER)
        except AlertClosed:
            refused.append(True)
        connection.close()

    second = threading.Thread(target=step)
    with transaction.atomic():
        settle(Alert.objects.get(pk=alert.pk), Resolution.SENT_TO_HOSPITAL)
        second.start()
        second.join(0.5)
    second.join()

    assert (refused, alert.steps.count()) == ([True], 0)
