"""Releasing: on the last day, with everything settled, once; and never by another way."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils.translation import override

from houshayu.calendar import beijing_date
from houshayu.models import Place, User
from policy.models import PolicyVersion
from returnees import observing, releasing
from returnees.models import Alert, Case, CaseClosed, CaseOutcome, Observation, Resolution
from returnees.observing import LabTestClosed
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
    make_handoff,
    make_observed_case,
    make_user,
    moment,
    observation_of,
    real_place,
    see_through,
)

NOT_OBSERVED = "The person is not under observation."
NOT_COMPLETE = "The days of observation are not complete."
ALERT = "An alert is not settled."
NO_CHECK_IN = "There is no check-in."
NOT_NORMAL = "The last check-in was not normal."
NO_TEST = "The negative result of the last nucleic acid test is missing."
POSITIVE = "The last nucleic acid test was positive: please plan another."
ON_OFFER = "A handoff is waiting for an answer."


def refusal(case: Case, *, now: object) -> str:
    """The sentence with which the release is refused."""
    with override("en"), pytest.raises(CaseNotReady) as refused:
        releasing.release(case, by=make_user(), now=now)
    return str(refused.value)


def test_somebody_who_did_not_arrive_has_no_days_to_complete(case: Case) -> None:
    assert refusal(case, now=NOW) == NOT_OBSERVED


@pytest.fixture
def home(observed: Case, community: Place) -> Case:
    """Back in the community on the last morning, the last check-in taken and normal."""
    at = see_through(observed)
    hand_over(observed, community, now=at - timedelta(minutes=30))
    return observed


def test_a_complete_observation_releases_the_person_and_closes_the_case(
    home: Case, sender: User
) -> None:
    at = last_morning(home)

    ended = releasing.release(home, by=sender, now=at)

    assert (ended.end_reason, ended.ended_on, ended.ended_at) == (
        "completed",
        date(2020, 4, 3),
        at,
    )
    assert (
        home.outcome,
        home.closed_at,
        holder_of(home),
        Observation.objects.current_of(home),
    ) == (
        CaseOutcome.RELEASED,
        at,
        None,
        None,
    )


def test_nobody_is_released_a_day_early(observed: Case) -> None:
    check_in(observed, day=13, slot="evening")

    assert refusal(observed, now=moment("2020-04-02", "23:59")) == NOT_COMPLETE


def test_on_the_last_day_people_leave_from_eight_in_the_morning(home: Case) -> None:
    assert refusal(home, now=moment("2020-04-03", "07:59")) == NOT_COMPLETE

    releasing.release(home, by=make_user(), now=moment("2020-04-03", "08:00"))

    assert home.outcome == CaseOutcome.RELEASED


def test_nobody_is_released_without_a_check_in(observed: Case) -> None:
    assert refusal(observed, now=last_morning(observed)) == NO_CHECK_IN


def test_an_alert_holds_the_release_until_it_is_settled(observed: Case, sender: User) -> None:
    alert = make_alert(observed)
    check_in(observed, day=14, slot="morning")
    at = last_morning(observed)
    assert refusal(observed, now=at) == ALERT

    alert.resolve(Resolution.TEST_NEGATIVE, by=sender, now=at, reading=Decimal("37.5"))

    releasing.release(observed, by=sender, now=at)
    assert observed.outcome == CaseOutcome.RELEASED


def test_a_last_check_in_with_fever_holds_it_until_it_is_settled(
    observed: Case, sender: User
) -> None:
    fever = check_in(observed, day=14, slot="morning", temperature="37.3")
    at = last_morning(observed)
    assert refusal(observed, now=at) == f"{ALERT} {NOT_NORMAL}"

    fever.alerts.get().resolve(
        Resolution.REMEASURED_NORMAL, by=sender, now=at, reading=Decimal("36.8")
    )

    releasing.release(observed, by=sender, now=at)
    assert observed.outcome == CaseOutcome.RELEASED


def test_a_handoff_that_waits_holds_the_release(observed: Case, hub: Place) -> None:
    at = see_through(observed)
    make_handoff(case=observed, to_place=hub, now=at)

    assert refusal(observed, now=at) == ON_OFFER


def test_all_that_is_missing_is_listed_at_once(observed: Case, hub: Place) -> None:
    make_alert(observed)
    make_handoff(case=observed, to_place=hub)

    assert refusal(observed, now=NOW) == f"{NOT_COMPLETE} {ALERT} {NOT_NORMAL} {ON_OFFER}"


def take_test(case: Case, result: str) -> None:
    nurse = make_user()
    test = observation_of(case).labtests.last()
    test.sampled_at, test.result_at = moment("2020-04-07"), moment("2020-04-08", "07:00")
    test.result, test.recorded_by = result, nurse
    test.save(update_fields=["sampled_at", "result_at", "result", "recorded_by"])


def test_from_25_march_a_negative_test_is_needed(db: None) -> None:
    case = make_observed_case(arrived=moment("2020-03-25", "10:00"))
    at = see_through(case)
    assert refusal(case, now=at) == NO_TEST
    take_test(case, "positive")
    assert refusal(case, now=at) == POSITIVE

    take_test(case, "negative")

    releasing.release(case, by=make_user(), now=at)
    assert case.outcome == CaseOutcome.RELEASED


def test_a_positive_test_holds_everybody_until_a_later_one_is_negative(observed: Case) -> None:
    at, nurse = see_through(observed), make_user()
    observation = observation_of(observed)
    exit_test = observation.labtests.last()
    observing.record_test(exit_test, "positive", by=nurse, now=at)
    Alert.objects.get().resolve("sent_to_hospital", by=nurse, now=at)
    assert refusal(observed, now=at) == POSITIVE

    again = observing.plan_test(observation, beijing_date(at), by=make_user(), now=NOW)
    observing.record_test(again, "negative", by=nurse, now=at)

    releasing.release(observed, by=nurse, now=at)
    assert observed.outcome == CaseOutcome.RELEASED


def test_from_25_march_the_test_of_the_first_day_alone_releases_nobody(db: None) -> None:
    case = make_observed_case(arrived=moment("2020-03-25", "10:00"))
    at, nurse = see_through(case), make_user()
    first, last = observation_of(case).labtests.all()
    observing.record_test(first, "negative", by=nurse, now=moment("2020-03-25"))
    assert refusal(case, now=at) == NO_TEST

    observing.record_test(last, "negative", by=nurse, now=at)

    releasing.release(case, by=nurse, now=at)
    assert case.outcome == CaseOutcome.RELEASED


def test_one_test_a_day_is_planned_while_the_observation_lasts(observed: Case) -> None:
    observation, day = observation_of(observed), date(2020, 3, 27)
    observing.plan_test(observation, day, by=make_user(), now=NOW)
    with pytest.raises(LabTestClosed):
        observing.plan_test(observation, day, by=make_user(), now=NOW)

    releasing.close(observed, "transferred_out", by=make_user(), now=NOW, note="to Tianjin")

    with pytest.raises(LabTestClosed):
        observing.plan_test(observation, date(2020, 3, 28), by=make_user(), now=NOW)


def test_from_30_april_seven_days_of_monitoring_follow(db: None) -> None:
    case = make_observed_case(arrived=moment("2020-05-01", "10:00"))
    home = real_place("gucheng")
    first_end = see_through(case)
    take_test(case, "negative")
    hand_over(case, home, now=first_end)
    nurse = make_user()

    releasing.release(case, by=nurse, now=first_end + timedelta(hours=1))

    assert (case.closed_at, holder_of(case)) == (None, home)
    assert refusal(case, now=first_end + timedelta(hours=2)) == f"{NOT_COMPLETE} {NO_CHECK_IN}"
    second_end = see_through(case)

    releasing.release(case, by=nurse, now=second_end)

    assert case.outcome == CaseOutcome.RELEASED
    assert [
        (each.kind, each.started_on, each.ended_on, each.end_reason)
        for each in case.observations.all()
    ] == [
        ("centralized", date(2020, 5, 1), date(2020, 5, 15), "completed"),
        ("health_monitoring", date(2020, 5, 15), date(2020, 5, 22), "completed"),
    ]


def test_after_the_first_of_two_obligations_the_case_does_not_close_as_released(
    db: None,
) -> None:
    case = make_observed_case(arrived=moment("2020-05-01", "10:00"))
    at = see_through(case)
    take_test(case, "negative")
    releasing.release(case, by=make_user(), now=at)

    with refused_by("case_released_only_when_complete"):
        sql(
            "UPDATE returnees_observation SET ended_at = %(at)s, ended_on = '2020-05-16',"
            " end_reason = 'restarted' WHERE ended_at IS NULL",
            at=at,
        )
        sql("UPDATE returnees_custody SET ended_at = %(at)s WHERE ended_at IS NULL", at=at)
        sql("UPDATE returnees_case SET closed_at = %(at)s, outcome = 'released'", at=at)


def test_a_restarted_count_is_completed_anew(observed: Case) -> None:
    observing.restart(
        observed,
        now=moment("2020-03-25", "15:00"),
        last_contact_on=date(2020, 3, 25),
        by=make_user(),
    )
    assert refusal(observed, now=moment("2020-04-03")) == f"{NOT_COMPLETE} {NO_CHECK_IN}"
    at = see_through(observed)

    releasing.release(observed, by=make_user(), now=at)

    assert [(each.release_on, each.end_reason) for each in observed.observations.all()] == [
        (date(2020, 4, 3), "restarted"),
        (date(2020, 4, 8), "completed"),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_result_does_not_undo_the_version_that_a_coordinator_is_choosing() -> None:
    case = make_observed_case()
    test, nurse = observation_of(case).labtests.first(), make_user()
    p7 = PolicyVersion.objects.get(code="P7")

    def record() -> None:
        observing.record_test(test, "negative", by=nurse, now=NOW)
        connection.close()

    recording = threading.Thread(target=record)
    with transaction.atomic():
        observing.change_policy(case, p7, by=make_user(), reason="asked by the district", now=NOW)
        recording.start()
        recording.join(0.5)  # it waits for the case by now
    recording.join()

    case.refresh_from_db()
    assert (case.policy, case.decision.policy) == (p7, "P7")


def test_somebody_is_released_once(home: Case, sender: User) -> None:
    at = last_morning(home)
    stale = Case.objects.get(pk=home.pk)
    releasing.release(home, by=sender, now=at)

    with pytest.raises(CaseClosed):
        releasing.release(stale, by=sender, now=at)
    with pytest.raises(CaseClosed):
        observing.restart(stale, now=at, by=make_user())


@pytest.fixture
def released(home: Case, sender: User) -> Case:
    releasing.release(home, by=sender, now=last_morning(home))
    return home


def close_by_hand(case: Case, *, end_reason: str, ended_on: str) -> None:
    at = f"{ended_on} 12:00+08"
    sql(
        "UPDATE returnees_observation SET ended_at = %(at)s, ended_on = %(on)s,"
        " end_reason = %(reason)s WHERE case_id = %(case)s",
        at=at,
        on=ended_on,
        reason=end_reason,
        case=case.pk,
    )
    sql("UPDATE returnees_custody SET ended_at = %(at)s WHERE ended_at IS NULL", at=at)
    sql("UPDATE returnees_case SET closed_at = %(at)s, outcome = 'released'", at=at)


def test_by_hand_too_a_release_needs_a_completed_observation(observed: Case) -> None:
    with refused_by("case_released_only_when_complete"):
        close_by_hand(observed, end_reason="cancelled", ended_on="2020-04-03")


def test_by_hand_too_an_observation_is_complete_only_after_its_days(observed: Case) -> None:
    with refused_by("observation_complete_only_after_its_days"):
        close_by_hand(observed, end_reason="completed", ended_on="2020-04-02")


def test_somebody_who_never_arrived_is_not_released_by_hand(db: None) -> None:
    case = make_case()

    with refused_by("case_released_only_when_complete"):
        close_by_hand(case, end_reason="completed", ended_on="2020-04-03")


def test_no_observation_goes_on_after_the_case(observed: Case) -> None:
    with refused_by("case_closed_ends_observation"):
        at = last_morning(observed)
        sql("UPDATE returnees_custody SET ended_at = %(at)s WHERE ended_at IS NULL", at=at)
        sql("UPDATE returnees_case SET closed_at = %(at)s, outcome = 'no_show'", at=at)


@pytest.mark.parametrize(
    ("rule", "attack"),
    [
        (
            "case_released_only_when_complete",
            "UPDATE returnees_observation SET end_reason = 'restarted'",
        ),
        (
            "case_released_only_when_complete",
            "UPDATE returnees_observation SET ended_at = NULL, ended_on = NULL, end_reason = ''",
        ),
        (
            "case_closed_ends_observation",
            "INSERT INTO returnees_observation (case_id, kind, policy_id, started_on, days,"
            " end_reason) SELECT case_id, kind, policy_id, started_on, 14, ''"
            " FROM returnees_observation",
        ),
    ],
)
def test_after_the_release_it_stays_complete(released: Case, rule: str, attack: str) -> None:
    with refused_by(rule):
        sql(attack)
