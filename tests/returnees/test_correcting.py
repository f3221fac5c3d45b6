"""What was entered wrongly is corrected with a reason, and all that followed follows it."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from houshayu.duties import planning
from houshayu.models import ClockShift, Place, Reminder, ReminderStatus, User
from returnees import correcting, observing, releasing, rounds, sheets
from returnees.correcting import NothingToCorrect, ReleaseStands
from returnees.corrections import corrections
from returnees.models import (
    Alert,
    Case,
    CaseClosed,
    CaseOutcome,
    CheckIn,
    LabTest,
    Observation,
    Resolution,
)
from returnees.registration import amend
from returnees.releasing import CaseNotReady
from tests.attacks import refused_by, sql
from tests.factories import (
    NOW,
    check_in,
    hand_over,
    holder_of,
    last_morning,
    make_alert,
    make_case,
    make_observed_case,
    make_registration,
    make_user,
    moment,
    observation_of,
    see_through,
)

LATER = NOW + timedelta(hours=8)


def correct(checkin: CheckIn, temperature: str, *symptoms: str, **how: Any) -> None:
    how = {"by": make_user(), "now": LATER, "reason": "38.5 was typed", **how}
    correcting.correct_checkin(checkin, temperature=Decimal(temperature), symptoms=symptoms, **how)


def settled(case: Case) -> list[tuple[str, str]]:
    """Kind and resolution of each alert, in the order in which they were raised."""
    return list(case.alerts.order_by("pk").values_list("kind", "resolution"))


def shown(case: Case) -> list[str]:
    """The corrections as the page of the case says them."""
    observations = case.observations.prefetch_related("checkins", "labtests")
    with override("en"):
        return [str(each) for each in corrections(observations)]


# --- A check-in -------------------------------------------------------------------------------


def test_a_fever_that_was_a_slip_withdraws_its_alert_and_keeps_the_first_value(
    observed: Case, hotel_worker: User
) -> None:
    checkin = check_in(observed, day=0, slot="evening", temperature="38.5")

    correct(checkin, "36.5", by=hotel_worker)

    assert checkin.temperature == Decimal("36.5")
    assert settled(observed) == [("fever", "mistaken")]
    (sentence,) = shown(observed)
    assert sentence.startswith("Day 0, Evening: 36.5 °C, corrected from 38.5 °C by hotel_worker at")
    assert sentence.endswith("16:30 because: 38.5 was typed")


def test_whoever_was_notified_of_an_alert_hears_that_it_was_none(
    observed: Case, coordinator: User
) -> None:
    checkin = check_in(observed, day=0, slot="evening", temperature="38.5")

    correct(checkin, "36.5")

    kinds = coordinator.messages_received.values_list("kind", flat=True)
    assert set(kinds) == {"alert", "alert_withdrawn"}


def test_a_fever_that_was_overlooked_raises_its_alert_at_once(
    observed: Case, coordinator: User
) -> None:
    checkin = check_in(observed, day=0, slot="evening", temperature="36.5")

    correct(checkin, "38.5")

    assert settled(observed) == [("fever", "")]
    assert coordinator.messages_received.count() == 1


def test_a_correction_that_is_a_fever_too_is_what_its_open_alert_is_about(observed: Case) -> None:
    checkin = check_in(observed, day=0, slot="evening", temperature="38.5")

    correct(checkin, "36.9", "dry_cough")

    alert = Alert.objects.get()
    assert (alert.kind, alert.temperature, alert.resolution) == ("symptom", Decimal("36.9"), "")


def test_what_somebody_settled_stays_settled_and_another_value_is_looked_at_anew(
    observed: Case,
) -> None:
    checkin = check_in(observed, day=0, slot="evening", temperature="37.4")
    alert = checkin.alerts.get()
    alert.resolve(Resolution.REMEASURED_NORMAL, by=make_user(), now=LATER, reading=Decimal("36.8"))

    correct(checkin, "39.4")

    assert settled(observed) == [("fever", "remeasured_normal"), ("fever", "")]


def test_a_value_of_somebody_else_is_removed_and_the_slot_waits_again(observed: Case) -> None:
    checkin = check_in(observed, day=0, slot="evening", temperature="38.5")

    correcting.remove_checkin(checkin, by=make_user(), now=LATER, reason="the neighbour's")

    observation = observation_of(observed)
    assert (observation.slots_taken, observation.checkins.count()) == ([], 0)
    assert settled(observed) == [("fever", "mistaken")]
    assert rounds.due(observation.started_on, "evening").filter(pk=observation.pk).exists()
    assert "removed, corrected from 38.5 °C" in shown(observed)[0]
    check_in(observed, day=0, slot="evening")


def test_a_check_in_that_is_missing_again_is_reminded_of(observed: Case) -> None:
    evening = moment("2020-03-20", "23:30")
    reminders = Reminder.objects.filter(duty="checkin", about_id=observed.pk)
    planning.plan(evening)
    checkin = check_in(observed, day=0, slot="evening")
    planning.send(evening)
    assert reminders.get().status == ReminderStatus.CANCELLED

    correcting.remove_checkin(checkin, by=make_user(), now=evening, reason="the neighbour's")
    planning.plan_and_send(evening)

    assert reminders.get().status == ReminderStatus.SENT


def test_the_same_value_is_no_correction(observed: Case) -> None:
    checkin = check_in(observed, day=0, slot="evening")
    stale = CheckIn.objects.get(pk=checkin.pk)

    with pytest.raises(NothingToCorrect):
        correct(checkin, "36.5")
    correcting.remove_checkin(checkin, by=make_user(), now=LATER, reason="twice")
    with pytest.raises(NothingToCorrect):
        correct(stale, "36.7")
    with pytest.raises(NothingToCorrect):
        correcting.remove_checkin(stale, by=make_user(), now=LATER, reason="twice")


def test_a_check_in_of_a_closed_case_stands(observed: Case) -> None:
    checkin = check_in(observed, day=0, slot="evening")
    releasing.close(observed, "confirmed", by=make_user(), now=LATER, note="in hospital")

    with pytest.raises(CaseClosed):
        correct(checkin, "38.5")


def test_a_check_in_that_an_alert_names_is_not_deleted_by_hand(observed: Case) -> None:
    make_alert(observed)

    with pytest.raises(Exception, match="foreign key"), transaction.atomic():
        sql("DELETE FROM returnees_checkin")
        sql("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_declared_fever_that_was_a_slip_withdraws_its_alert(db: None) -> None:
    case = make_case(health={"temperature": Decimal("38.5")})
    corrected = make_registration(document={"document_number": case.document.document_number})

    amend(case, corrected, by=make_user(), now=LATER, reason="read wrongly")

    assert settled(case) == [("fever", "mistaken")]


# --- A test -----------------------------------------------------------------------------------


@pytest.fixture
def first_test(observed: Case) -> LabTest:
    return observation_of(observed).labtests.first()


def record(test: LabTest, result: str) -> None:
    observing.record_test(test, result, by=make_user(), now=NOW)


def correct_test(test: LabTest, result: Any) -> None:
    correcting.correct_test(
        test, result, by=make_user(name="doctor"), now=LATER, reason="another's"
    )


def test_a_positive_that_was_none_withdraws_its_alert(observed: Case, first_test: LabTest) -> None:
    record(first_test, "positive")

    correct_test(first_test, "negative")

    assert (first_test.result, first_test.result_at) == ("negative", LATER)
    assert settled(observed) == [("positive_test", "mistaken")]
    assert "Negative, corrected from Positive by doctor" in shown(observed)[0]


def test_a_negative_that_was_positive_raises_its_alert(observed: Case, first_test: LabTest) -> None:
    record(first_test, "negative")

    correct_test(first_test, "positive")

    assert settled(observed) == [("positive_test", "")]


def test_a_sample_that_was_not_taken_waits_again(observed: Case, first_test: LabTest) -> None:
    record(first_test, "pending")

    correct_test(first_test, None)

    assert (first_test.sampled_at, first_test.recorded_by) == (None, None)
    assert first_test in LabTest.objects.planned()
    assert "No sample was taken, corrected from Waiting" in shown(observed)[0]


def test_a_test_that_was_not_taken_has_nothing_to_correct(first_test: LabTest) -> None:
    with pytest.raises(NothingToCorrect):
        correct_test(first_test, "negative")
    record(first_test, "negative")
    with pytest.raises(NothingToCorrect):
        correct_test(first_test, "negative")


# --- A release --------------------------------------------------------------------------------


@pytest.fixture
def released(observed: Case, community: Place, sender: User) -> Case:
    at = see_through(observed)
    hand_over(observed, community, now=at - timedelta(minutes=30))
    releasing.release(observed, by=sender, now=at)
    return observed


def take_back(case: Case, now: Any) -> Observation:
    return correcting.take_back_release(
        case, by=make_user(name="worker"), now=now, reason="the neighbour was meant"
    )


def certificate_of(case: Case) -> tuple[str, str]:
    observation = case.observations.get(end_reason="completed")
    number = f"{case.number}-1"
    return number, sheets.verification_code(number, observation)


def test_a_release_of_today_that_is_taken_back_never_was(released: Case, community: Place) -> None:
    at = released.closed_at
    assert at is not None
    custodies = released.custodies.count()

    observation = take_back(released, at + timedelta(hours=9))

    assert (released.closed_at, released.outcome) == (None, "")
    assert (holder_of(released), released.custodies.count()) == (community, custodies)
    assert observation_of(released) == observation
    assert (
        shown(released) == ["Release: April 3, 2020, corrected from Release taken back by worker"]
        or "Release taken back" in shown(released)[0]
    )
    releasing.release(released, by=make_user(), now=at + timedelta(hours=10))
    assert released.outcome == CaseOutcome.RELEASED


def test_tomorrow_a_release_stands(released: Case) -> None:
    assert released.closed_at
    with pytest.raises(ReleaseStands):
        take_back(released, released.closed_at + timedelta(days=1))


def test_a_case_that_was_closed_otherwise_stays_closed(observed: Case) -> None:
    releasing.close(observed, "transferred_out", by=make_user(), now=NOW, note="to Tianjin")

    with pytest.raises(ReleaseStands):
        take_back(observed, NOW)
    with refused_by("closed_case_stays"):
        sql("UPDATE returnees_case SET closed_at = NULL, outcome = ''")
    with refused_by("closed_case_stays"):
        sql("UPDATE returnees_case SET outcome = 'no_show'")


def test_a_release_is_taken_back_whole_or_not_at_all(released: Case) -> None:
    with refused_by("open_case_has_one_custody"):
        sql("UPDATE returnees_case SET closed_at = NULL, outcome = ''")


def test_the_certificate_of_a_release_that_was_taken_back_is_withdrawn(released: Case) -> None:
    number, code = certificate_of(released)
    at = released.closed_at
    assert at is not None
    assert (sheets.certified(number, code) is not None, sheets.withdrawn(number, code)) == (
        True,
        None,
    )

    observation = take_back(released, at)

    assert (sheets.certified(number, code), sheets.withdrawn(number, code)) == (None, observation)
    releasing.release(released, by=make_user(), now=at + timedelta(hours=1))
    _number, another = certificate_of(released)
    assert another != code
    assert (sheets.certified(number, code), sheets.withdrawn(number, code)) == (None, observation)
    assert (sheets.certified(number, another), sheets.withdrawn(number, another)) == (
        observation,
        None,
    )
    assert sheets.withdrawn("HSY-000000-1", code) is None


def test_a_guard_reads_that_a_certificate_is_withdrawn(released: Case, client: Client) -> None:
    number, code = certificate_of(released)
    take_back(released, released.closed_at)
    client.force_login(make_user(language="zh-hans"))

    page = client.post(
        reverse("returnees:certificate_verify"), {"number": number, "code": code}
    ).content.decode()

    assert "已作废" in page and "真实" not in page


def test_somebody_who_was_registered_again_is_not_released_back(
    released: Case, community: Place
) -> None:
    person = released.person
    again = make_case(
        place=community,
        person={
            name: getattr(person, name)
            for name in ("name_zh", "surname_latin", "given_names_latin", "birth_date")
        },
        document={"document_number": released.document.document_number},
    )
    assert again.person == person

    with pytest.raises(ReleaseStands, match=again.number):
        take_back(released, released.closed_at)


@pytest.fixture
def monitored(db: None) -> Case:
    """Released from the first of two obligations on 15 May."""
    case = make_observed_case(arrived=moment("2020-05-01", "10:00"))
    at = see_through(case)
    test = observation_of(case).labtests.last()
    observing.record_test(test, "negative", by=make_user(), now=moment("2020-05-14"))
    releasing.release(case, by=make_user(), now=at)
    return case


def test_the_first_of_two_releases_is_taken_back_too(monitored: Case) -> None:
    observation = take_back(monitored, moment("2020-05-15", "18:00"))

    assert observation_of(monitored) == observation
    reasons = monitored.observations.values_list("kind", "end_reason")
    assert list(reasons) == [("centralized", ""), ("health_monitoring", "taken_back")]
    releasing.release(monitored, by=make_user(), now=moment("2020-05-15", "18:01"))
    assert observation_of(monitored).kind == "health_monitoring"


def test_the_first_of_two_stands_once_somebody_was_measured_under_the_second(
    monitored: Case,
) -> None:
    check_in(monitored, day=0, slot="evening")

    with pytest.raises(ReleaseStands):
        take_back(monitored, moment("2020-05-15", "18:00"))


# --- Pages ------------------------------------------------------------------------------------


@pytest.fixture
def worker(client: Client, community: Place, settings: Any) -> Client:
    settings.DEMONSTRATION = True
    ClockShift.set_to(moment("2020-04-03", "11:00"))
    user = make_user(role="community_worker", place=community, language="en")
    client.force_login(user, "houshayu.access.MembershipBackend")
    return client


def test_a_check_in_is_corrected_from_the_page_of_its_case(
    worker: Client, observed: Case, community: Place
) -> None:
    checkin = check_in(observed, day=13, slot="evening", temperature="38.5")
    hand_over(observed, community, now=moment("2020-04-03", "07:00"))
    url = reverse("returnees:checkin_correct", args=[checkin.pk])
    case_url = observed.get_absolute_url()
    assert url in worker.get(case_url).content.decode()
    typed = {"temperature": "36.5", "reason": "a slip of the key"}

    asked = worker.post(url, typed).content.decode()
    checkin.refresh_from_db()
    assert "The alert that this value raised is withdrawn." in asked
    assert checkin.temperature == Decimal("38.5")
    worker.post(url, typed | {"confirmed": "1"})

    assert "corrected from 38.5 °C" in worker.get(case_url).content.decode()
    assert worker.post(url, {"temperature": "36.4"}).status_code == 422


def test_a_release_is_taken_back_from_the_page_of_its_case(worker: Client, released: Case) -> None:
    url = reverse("returnees:release_take_back", args=[released.number])
    assert url in worker.get(released.get_absolute_url()).content.decode()

    worker.post(url, {"reason": "the neighbour was meant", "confirmed": "1"})

    released.refresh_from_db()
    assert released.closed_at is None
    page = worker.get(released.get_absolute_url()).content.decode()
    assert "Release taken back" in page and url not in page
    assert worker.get(url).status_code == 404


def test_tomorrow_nobody_is_offered_to_take_a_release_back(worker: Client, released: Case) -> None:
    ClockShift.set_to(moment("2020-04-04", "00:01"))
    url = reverse("returnees:release_take_back", args=[released.number])

    assert url not in worker.get(released.get_absolute_url()).content.decode()
    assert worker.get(url).status_code == 404


# --- Two people at once -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_release_waits_for_a_correction_and_finds_the_fever() -> None:
    case = make_observed_case()
    at = see_through(case)
    last = observation_of(case).checkins.get()
    by, refused = make_user(), []

    def release() -> None:
        try:
            releasing.release(Case.objects.get(pk=case.pk), by=by, now=at)
        except CaseNotReady:
            refused.append(True)
        connection.close()

    second = threading.Thread(target=release)
    with transaction.atomic():
        correct(last, "38.5", now=at)
        second.start()
        second.join(0.5)  # it waits for the case by now
    second.join()

    case.refresh_from_db()
    assert (refused, case.closed_at) == ([True], None)


@pytest.mark.django_db(transaction=True)
def test_a_correction_waits_for_a_release_and_is_too_late() -> None:
    case = make_observed_case()
    at = see_through(case)
    last = observation_of(case).checkins.get()
    by, refused = make_user(), []

    def correct_late() -> None:
        try:
            correct(last, "38.5", by=by, now=at)
        except CaseClosed:
            refused.append(True)
        connection.close()

    second = threading.Thread(target=correct_late)
    with transaction.atomic():
        releasing.release(case, by=make_user(), now=at)
        second.start()
        second.join(0.5)
    second.join()

    last.refresh_from_db()
    assert (refused, last.temperature) == ([True], Decimal("36.5"))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_release_back_one_does() -> None:
    case = make_observed_case()
    at = see_through(case)
    releasing.release(case, by=make_user(), now=at)
    by, refused = make_user(), []

    def take_back_late() -> None:
        try:
            correcting.take_back_release(
                Case.objects.get(pk=case.pk), by=by, now=at, reason="both of us"
            )
        except ReleaseStands:
            refused.append(True)
        connection.close()

    second = threading.Thread(target=take_back_late)
    with transaction.atomic():
        take_back(case, at)
        second.start()
        second.join(0.5)
    second.join()

    assert refused == [True]
    assert last_morning(case) == at
