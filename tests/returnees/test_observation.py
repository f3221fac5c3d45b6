"""Fourteen days: when they begin, what counts as a day, and what the database refuses."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from houshayu.models import Place, User
from policy.models import PolicyVersion
from returnees import arrivals, observing, releasing, rounds
from returnees.arrivals import ArrivalRefused, ArrivalStands, OutsideItsDays
from returnees.models import (
    Alert,
    AlertClosed,
    AlertKind,
    Case,
    CaseClosed,
    Observation,
    Resolution,
)
from returnees.observing import ContactToCome
from tests.attacks import refused_by, sql
from tests.factories import (
    NOW,
    check_in,
    hand_over,
    last_morning,
    make_alert,
    make_case,
    make_observed_case,
    make_place,
    make_user,
    moment,
    observation_of,
    see_through,
)

OBSERVED_IN_TIANJIN = {
    "entry_port": "TSN",
    "entry_date": date(2020, 3, 22),
    "days_observed_elsewhere": 14,
    "observed_elsewhere_until": date(2020, 4, 5),
    "nat_negative_elsewhere": True,
}
INSERT_CHECK_IN = """
    INSERT INTO returnees_checkin (observation_id, day, slot, temperature, method, symptoms,
                                   channel, taken_at, recorded_by_id)
    VALUES (%(observation)s, %(day)s, %(slot)s, %(temperature)s, %(method)s, %(symptoms)s,
            %(channel)s, '2020-04-20 16:00+08', %(by)s)
"""
INSERT_REMINDER = """
    INSERT INTO houshayu_reminder (duty, step, about_id, occurrence, place_id, due_at, status)
    SELECT 'checkin', 0, observed.case_id, observed.id || ':3:morning', %(place)s, now(), 'queued'
    FROM returnees_observation observed
"""

SIXTEEN = moment("2020-03-20", "16:00")


def check_in_by_hand(case: Case, **values: object) -> None:
    ordinary = {
        "observation": observation_of(case).pk,
        "day": 1,
        "slot": "morning",
        "temperature": "36.5",
        "method": "axillary",
        "symptoms": [],
        "channel": "staff",
        "by": case.registered_by_id,
    }
    sql(INSERT_CHECK_IN, **ordinary | values)


def counted(case: Case) -> list[tuple[str, date, date, str]]:
    return [
        (each.kind, each.started_on, each.release_on, each.end_reason)
        for each in case.observations.all()
    ]


def test_nobody_is_observed_before_they_arrive(case: Case) -> None:
    assert (case.arrived_at, Observation.objects.current_of(case), case.policy.code) == (
        None,
        None,
        "P4",
    )


@pytest.mark.parametrize(
    ("arrived", "policy", "kind", "released_on"),
    [
        (moment("2020-03-13"), "P2", "home", date(2020, 3, 27)),
        (moment("2020-03-15", "23:59"), "P2", "home", date(2020, 3, 29)),
        (moment("2020-03-16", "00:00"), "P3", "centralized", date(2020, 3, 30)),
        (moment("2020-03-20", "02:00"), "P4", "centralized", date(2020, 4, 3)),
        (moment("2020-03-25", "00:05"), "P5", "centralized", date(2020, 4, 8)),
    ],
)
def test_the_arrival_decides_the_policy_and_day_zero(
    db: None, arrived: datetime, policy: str, kind: str, released_on: date
) -> None:
    case = make_case(arrived=arrived, now=arrived + timedelta(days=1))

    assert (case.policy.code, case.decision.policy) == (policy, policy)
    assert counted(case) == [(kind, arrived.date(), released_on, "")]


def test_arriving_later_than_expected_brings_a_later_policy(case: Case) -> None:
    assert case.policy.code == "P4"

    arrivals.arrive(
        case,
        at=moment("2020-03-25", "00:05"),
        by=make_user(),
        now=moment("2020-03-25", "00:05"),
        sure=True,
    )

    assert (case.policy.code, case.decision.policy) == ("P5", "P5")
    assert counted(case) == [("centralized", date(2020, 3, 25), date(2020, 4, 8), "")]
    assert [each.due_on for each in observation_of(case).labtests.all()] == [
        date(2020, 3, 25),
        date(2020, 4, 7),
    ]


def test_somebody_arrives_once(case: Case) -> None:
    stale = Case.objects.get(pk=case.pk)
    arrivals.arrive(case, at=NOW, by=make_user(), now=NOW, sure=True)

    arrivals.arrive(stale, at=NOW + timedelta(days=3), by=make_user(), now=NOW + timedelta(days=3))

    assert (stale.arrived_at, Observation.objects.count()) == (NOW, 1)


@pytest.mark.parametrize("kind", ["hub", "hotel", "hospital"])
def test_somebody_who_is_taken_over_by_a_site_has_arrived(case: Case, kind: str) -> None:
    hand_over(case, make_place(kind=kind), now=case.expected_arrival_at + timedelta(hours=1))

    case.refresh_from_db()
    assert case.arrived_at == case.expected_arrival_at
    assert observation_of(case).started_on == date(2020, 3, 20)


def test_somebody_who_is_handed_to_another_sub_district_has_not_arrived_by_that(case: Case) -> None:
    hand_over(case, make_place(kind="subdistrict"), now=NOW)

    case.refresh_from_db()
    assert (case.arrived_at, Observation.objects.current_of(case)) == (None, None)


def test_a_closed_case_does_not_arrive(case: Case) -> None:
    releasing.close(case, "no_show", by=make_user(), now=NOW + timedelta(days=1), note="")

    with pytest.raises(CaseClosed):
        arrivals.arrive(
            case, at=NOW + timedelta(days=2), by=make_user(), now=NOW + timedelta(days=2)
        )


def test_moving_from_hotel_to_home_keeps_the_count(community: Place, hotel: Place) -> None:
    request = {
        "exception_grounds": ["underlying_disease"],
        "assessment_result": "approved",
        "community_assessor": "李",
        "health_assessor": "陈",
        "assessed_at": NOW,
        "assessed_by": make_user(),
    }
    case = make_case(place=community, community=community, arrived=NOW, request=request)
    hand_over(case, hotel, now=NOW + timedelta(hours=2))
    assert counted(case) == [("centralized", date(2020, 3, 20), date(2020, 4, 3), "")]

    hand_over(case, community, now=NOW + timedelta(days=5))

    assert counted(case) == [("home", date(2020, 3, 20), date(2020, 4, 3), "")]


def test_on_the_last_day_the_way_home_no_longer_changes_what_was_observed(
    observed: Case, community: Place
) -> None:
    hand_over(observed, community, now=last_morning(observed))

    assert counted(observed) == [("centralized", date(2020, 3, 20), date(2020, 4, 3), "")]


@pytest.mark.parametrize(
    ("arrived", "moved_at", "released_on"),
    [
        (moment("2020-04-08"), moment("2020-04-15", "23:00"), [(date(2020, 4, 22), "")]),
        (
            moment("2020-04-08"),
            moment("2020-04-16", "09:00"),
            [(date(2020, 4, 22), "restarted"), (date(2020, 4, 30), "")],
        ),
    ],
)
def test_since_16_april_who_leaves_home_without_leave_is_counted_anew(
    db: None, arrived: datetime, moved_at: datetime, released_on: list[tuple[date, str]]
) -> None:
    case = make_observed_case(arrived=arrived)

    observing.restart(case, now=moved_at, by=make_user())

    assert [each[2:] for each in counted(case)] == released_on


def test_a_close_contact_is_counted_from_the_last_contact(observed: Case) -> None:
    observing.restart(
        observed,
        now=moment("2020-03-27", "15:00"),
        last_contact_on=date(2020, 3, 25),
        by=make_user(),
    )

    assert counted(observed) == [
        ("centralized", date(2020, 3, 20), date(2020, 4, 3), "restarted"),
        ("centralized", date(2020, 3, 25), date(2020, 4, 8), ""),
    ]
    assert [each.due_on for each in observation_of(observed).labtests.all()] == [
        date(2020, 3, 25),
        date(2020, 4, 7),
    ]


@pytest.fixture
def monitored(db: None) -> Case:
    """Fourteen days complete on 14 May 2020, in the seven of health monitoring that P7 adds."""
    case = make_observed_case(arrived=moment("2020-04-30", "10:00"))
    for test in observation_of(case).labtests.all():
        observing.record_test(test, "negative", by=make_user(), now=moment("2020-05-13"))
    releasing.release(case, by=make_user(), now=see_through(case))
    return case


@pytest.mark.parametrize(
    ("last_contact_on", "released_on"),
    [(date(2020, 5, 16), date(2020, 5, 30)), (date(2020, 5, 13), date(2020, 5, 27))],
)
def test_a_contact_under_health_monitoring_begins_fourteen_days_and_then_the_seven(
    monitored: Case, last_contact_on: date, released_on: date
) -> None:
    observing.restart(
        monitored, now=moment("2020-05-17"), last_contact_on=last_contact_on, by=make_user()
    )

    observation = observation_of(monitored)
    assert (observation.kind, observation.release_on) == ("centralized", released_on)
    for test in observation.labtests.all():
        assert test.due_on <= released_on
        observing.record_test(test, "negative", by=make_user(), now=moment(released_on.isoformat()))
    assert observation_of(monitored).release_on == released_on

    releasing.release(monitored, by=make_user(), now=see_through(monitored))

    assert counted(monitored)[-1] == (
        "health_monitoring",
        released_on,
        released_on + timedelta(days=7),
        "",
    )


def test_a_contact_long_ago_does_not_end_health_monitoring(monitored: Case) -> None:
    observing.restart(
        monitored, now=moment("2020-05-17"), last_contact_on=date(2020, 5, 1), by=make_user()
    )

    assert counted(monitored)[-1] == (
        "health_monitoring",
        date(2020, 5, 14),
        date(2020, 5, 21),
        "",
    )


def test_another_version_brings_its_own_days_and_tests(db: None) -> None:
    p5 = PolicyVersion.objects.get(code="P5")
    at_home = make_case(arrived=moment("2020-03-12"))
    excused = make_case(arrived=moment("2020-04-06"), journey=OBSERVED_IN_TIANJIN)

    for case in (at_home, excused):
        observing.change_policy(case, p5, by=make_user(), reason="asked by the district", now=NOW)

    # People at home stay there until they are handed over; without a test nobody is released.
    assert counted(at_home) == [("home", date(2020, 3, 12), date(2020, 3, 26), "")]
    assert counted(excused) == [("centralized", date(2020, 4, 6), date(2020, 4, 20), "")]
    assert [each.due_on for each in observation_of(at_home).labtests.all()] == [
        date(2020, 3, 12),
        date(2020, 3, 25),
    ]


def corrected(case: Case, at: datetime | None, now: datetime | None = None) -> None:
    arrivals.correct(
        case,
        at,
        by=make_user(),
        now=now or NOW + timedelta(days=3),
        reason="a slip",
        sure=True,
    )


def test_a_corrected_arrival_moves_day_zero_and_what_was_measured_keeps_its_day(
    observed: Case,
) -> None:
    check_in(observed, day=0, slot="evening", temperature="36.4")
    check_in(observed, day=1, slot="morning", temperature="36.6")
    observing.record_test(
        observation_of(observed).labtests.first(), "negative", by=make_user(), now=NOW
    )

    corrected(observed, moment("2020-03-19", "16:00"))

    observation = observation_of(observed)
    assert counted(observed) == [
        ("centralized", date(2020, 3, 20), date(2020, 4, 3), "corrected"),
        ("centralized", date(2020, 3, 19), date(2020, 4, 2), ""),
    ]
    assert [(c.day, c.slot, str(c.temperature)) for c in observation.checkins.all()] == [
        (1, "evening", "36.4"),
        (2, "morning", "36.6"),
    ]
    assert [(str(test.due_on), test.result) for test in observation.labtests.all()] == [
        ("2020-03-19", "negative"),
        ("2020-04-01", "pending"),
    ]


@pytest.mark.parametrize(
    ("at", "tests"),
    [
        (
            moment("2020-03-19"),
            [("2020-03-19", "negative"), ("2020-03-21", "negative"), ("2020-04-01", "pending")],
        ),
        (
            moment("2020-03-21"),
            [("2020-03-21", "negative"), ("2020-03-22", "negative"), ("2020-04-03", "pending")],
        ),
    ],
    ids=["a day earlier", "a day later"],
)
def test_a_further_test_is_not_taken_for_the_one_before_the_release(
    observed: Case, at: datetime, tests: list[tuple[str, str]]
) -> None:
    observation, nurse = observation_of(observed), make_user()
    observing.record_test(observation.labtests.first(), "negative", by=nurse, now=NOW)
    observing.record_test(
        observing.plan_test(observation, date(2020, 3, 21), by=make_user(), now=NOW),
        "negative",
        by=nurse,
        now=NOW,
    )

    corrected(observed, at)

    moved = observation_of(observed).labtests.all()
    assert [(str(test.due_on), test.result) for test in moved] == tests


def test_a_corrected_arrival_of_the_same_day_changes_the_version_alone(db: None) -> None:
    case = make_case(arrived=moment("2020-03-16", "00:05"))
    assert case.policy.code == "P3"

    corrected(case, moment("2020-03-16", "07:00"))
    assert counted(case) == [("centralized", date(2020, 3, 16), date(2020, 3, 30), "")]

    corrected(case, moment("2020-03-15", "23:50"))
    assert case.policy.code == "P2"
    assert counted(case)[-1] == ("home", date(2020, 3, 15), date(2020, 3, 29), "")


def test_the_version_that_a_coordinator_chose_outlives_a_corrected_arrival(
    observed: Case,
) -> None:
    p7 = PolicyVersion.objects.get(code="P7")
    observing.change_policy(observed, p7, by=make_user(), reason="asked by the district", now=NOW)

    corrected(observed, moment("2020-03-21"))

    assert observed.policy == p7
    assert counted(observed)[-1][1:] == (date(2020, 3, 21), date(2020, 4, 4), "")


def test_an_arrival_that_was_confirmed_by_mistake_is_undone(case: Case) -> None:
    arrivals.arrive(case, at=NOW, by=make_user(), now=NOW, sure=True)

    corrected(case, None)

    assert (case.arrived_at, Observation.objects.current_of(case), case.decision.policy) == (
        None,
        None,
        "P4",
    )
    arrivals.arrive(
        case,
        at=moment("2020-03-25", "00:05"),
        by=make_user(),
        now=moment("2020-03-25", "00:05"),
        sure=True,
    )
    assert (case.policy.code, counted(case)[-1][1]) == ("P5", date(2020, 3, 25))


def test_a_person_whom_somebody_has_seen_is_not_corrected_to_be_abroad(
    case: Case, observed: Case, community: Place
) -> None:
    with pytest.raises(ArrivalStands):
        corrected(observed, None)  # in the hotel

    arrivals.arrive(case, at=NOW, by=make_user(), now=NOW, sure=True)
    check_in(case, day=0, slot="evening")
    with pytest.raises(ArrivalStands):
        corrected(case, None)
    assert case.arrived_at == NOW


def test_an_arrival_after_somebody_was_measured_is_not_believed(observed: Case) -> None:
    check_in(observed, day=0, slot="evening")
    before = counted(observed)

    with pytest.raises(OutsideItsDays):
        corrected(observed, moment("2020-03-21"))

    observed.refresh_from_db()
    assert counted(observed) == before
    assert observed.arrival_at < moment("2020-03-21")


def test_an_arrival_is_corrected_while_its_count_goes_on(
    case: Case, observed: Case, monitored: Case
) -> None:
    with pytest.raises(ArrivalStands):
        corrected(case, NOW)  # expected still
    with pytest.raises(ArrivalRefused):
        corrected(observed, NOW + timedelta(days=4))  # to come
    with pytest.raises(ArrivalStands):
        corrected(monitored, moment("2020-04-29"), now=moment("2020-05-15"))
    observing.restart(
        observed, now=NOW + timedelta(days=2), last_contact_on=date(2020, 3, 21), by=make_user()
    )
    with pytest.raises(ArrivalStands):
        corrected(observed, moment("2020-03-19"))
    releasing.close(
        observed, "transferred_out", by=make_user(), now=NOW + timedelta(days=3), note="left"
    )
    with pytest.raises(CaseClosed):
        corrected(observed, moment("2020-03-19"))


def test_before_the_arrival_no_other_version_is_chosen(case: Case) -> None:
    with pytest.raises(CaseClosed):
        observing.change_policy(
            case,
            PolicyVersion.objects.get(code="P7"),
            by=make_user(),
            reason="asked by the district",
            now=NOW,
        )

    case.refresh_from_db()
    assert case.policy.code == "P4"


def test_somebody_who_waited_at_home_is_observed_there_once_the_assessment_is_approved(
    community: Place,
) -> None:
    case = make_case(
        place=community, arrived=NOW, request={"exception_grounds": ["underlying_disease"]}
    )
    assert observation_of(case).kind == "centralized"

    observing.assess(
        case,
        "approved",
        community_assessor="李",
        health_assessor="陈",
        reason="",
        by=make_user(),
        now=NOW,
    )

    assert observation_of(case).kind == "home"


def test_a_contact_before_the_arrival_changes_nothing(observed: Case) -> None:
    observing.restart(
        observed, now=moment("2020-03-22"), last_contact_on=date(2020, 3, 15), by=make_user()
    )

    assert counted(observed) == [("centralized", date(2020, 3, 20), date(2020, 4, 3), "")]


@pytest.mark.parametrize("day", [date(2020, 3, 23), date(9999, 12, 31)])
def test_a_contact_to_come_restarts_nothing(observed: Case, day: date) -> None:
    with pytest.raises(ContactToCome):
        observing.restart(observed, now=moment("2020-03-22"), last_contact_on=day, by=make_user())

    assert observed.observations.get().started_on == date(2020, 3, 20)


def test_nothing_restarts_for_who_is_not_observed(case: Case) -> None:
    with pytest.raises(CaseClosed):
        observing.restart(case, now=NOW, by=make_user())


def test_fourteen_days_take_28_check_ins_and_no_more(observed: Case) -> None:
    observation, nurse = observation_of(observed), make_user()
    for days in range(-1, 17):
        on = observation.started_on + timedelta(days=days)
        for slot in ("morning", "evening"):
            readings = [
                rounds.Reading(observation=each, temperature=Decimal("36.5"))
                for each in rounds.due(on, slot)
            ]
            rounds.record(readings, on=on, slot=slot, by=nurse, now=moment(on.isoformat(), "16:00"))

    taken = observation.checkins.values_list("day", "slot")
    assert taken.count() == 28
    assert {day for day, slot in taken if slot == "morning"} == set(range(1, 15))
    assert {day for day, slot in taken if slot == "evening"} == set(range(14))


def test_the_first_measurement_stands(observed: Case, hotel_worker: User) -> None:
    first = check_in(observed, day=0, slot="evening", temperature="36.8", by=hotel_worker)
    observation = observation_of(observed)

    second = rounds.record(
        [rounds.Reading(observation=observation, temperature=Decimal("39.0"))],
        on=observation.started_on,
        slot="evening",
        by=make_user(),
        now=SIXTEEN,
    )

    assert second == rounds.Recorded([], [observation])
    assert [(each, each.temperature, each.recorded_by) for each in observation.checkins.all()] == [
        (first, Decimal("36.8"), hotel_worker)
    ]
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("checkin_on_a_day_of_its_observation", {"day": 0, "slot": "morning"}),
        ("checkin_on_a_day_of_its_observation", {"day": 14, "slot": "evening"}),
        ("checkin_on_a_day_of_its_observation", {"day": 15}),
        ("checkin_on_a_day_of_its_observation", {"day": -1}),
        ("checkin_slot_known", {"slot": "noon"}),
        ("checkin_temperature_range", {"temperature": "33.9"}),
        ("checkin_temperature_range", {"temperature": "43.0"}),
        ("checkin_method_known", {"method": "guess"}),
        ("checkin_channel_known", {"channel": "rumour"}),
        ("checkin_symptoms_known", {"symptoms": ["homesick"]}),
    ],
)
def test_a_check_in_makes_sense(observed: Case, constraint: str, values: dict[str, object]) -> None:
    with refused_by(constraint):
        check_in_by_hand(observed, **values)


@pytest.mark.parametrize(("day", "slot"), [(0, "evening"), (1, "morning"), (14, "morning")])
def test_a_check_in_on_its_day_is_taken_once(observed: Case, day: int, slot: str) -> None:
    check_in_by_hand(observed, day=day, slot=slot)

    with refused_by("checkin_one_per_day_and_slot"):
        check_in_by_hand(observed, day=day, slot=slot)


def test_a_check_in_does_not_move_to_a_day_that_is_none(observed: Case) -> None:
    check_in(observed, day=3, slot="evening")

    with refused_by("checkin_on_a_day_of_its_observation"):
        sql("UPDATE returnees_checkin SET day = 14")


def slots_taken(case: Case) -> list[int]:
    return observation_of(case).slots_taken


def test_an_observation_knows_which_slots_are_taken(observed: Case, hotel: Place) -> None:
    other = make_observed_case(place=hotel, arrived=NOW)
    check_in(observed, day=0, slot="evening")
    check_in(observed, day=3, slot="morning")
    assert slots_taken(observed) == [1, 6]

    sql(
        "UPDATE returnees_checkin SET day = 4, slot = 'evening',"
        " taken_at = taken_at + interval '2 days' WHERE day = 3"
    )
    assert slots_taken(observed) == [1, 9]

    sql(
        "UPDATE returnees_checkin SET observation_id = %(other)s WHERE day = 4",
        other=observation_of(other).pk,
    )
    assert (slots_taken(observed), slots_taken(other)) == ([1], [9])

    sql("DELETE FROM returnees_checkin WHERE day = 0")
    assert slots_taken(observed) == []


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE returnees_observation SET slots_taken = '{}'",
        "UPDATE returnees_observation SET slots_taken = '{1,2,3,4,5}'",
        "UPDATE returnees_observation SET slots_taken = NULL",
        "UPDATE returnees_observation SET slots_taken = slots_taken || 28::smallint, days = days",
    ],
)
def test_nobody_writes_that_a_slot_is_taken_which_is_not(observed: Case, attack: str) -> None:
    check_in(observed, day=2, slot="evening")

    sql(attack)

    assert slots_taken(observed) == [5]


def test_an_observation_does_not_begin_with_slots_taken(observed: Case) -> None:
    sql(
        "UPDATE returnees_observation SET ended_at = now(), ended_on = '2020-04-03',"
        " end_reason = 'cancelled'"
    )

    sql(
        "INSERT INTO returnees_observation (case_id, kind, policy_id, started_on, days,"
        " end_reason, slots_taken) SELECT case_id, 'home', policy_id, started_on, 14, '',"
        " '{1,2,3}' FROM returnees_observation"
    )

    assert slots_taken(observed) == []


def test_check_ins_that_are_emptied_take_no_slots(observed: Case) -> None:
    check_in(observed, day=2, slot="evening")
    sql("SET CONSTRAINTS ALL IMMEDIATE")

    sql("TRUNCATE returnees_checkin CASCADE")

    assert slots_taken(observed) == []


def test_a_check_in_leaves_no_trace_in_the_history_of_the_observation(observed: Case) -> None:
    history = "SELECT count(*) FROM returnees_observationevent"
    before = sql(history)

    check_in(observed, day=2, slot="evening")

    assert sql(history) == before


def test_a_case_has_one_observation_at_a_time(observed: Case) -> None:
    with refused_by("observation_one_open_per_case"):
        sql(
            "INSERT INTO returnees_observation (case_id, kind, policy_id, started_on, days,"
            " end_reason) SELECT case_id, 'home', policy_id, started_on, 14, ''"
            " FROM returnees_observation"
        )


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("observation_kind_known", "kind = 'holiday'"),
        ("observation_days_range", "days = 0"),
        ("observation_days_range", "days = 61"),
        ("observation_ended_iff_reason", "ended_at = now(), ended_on = '2020-04-03'"),
        ("observation_ended_iff_reason", "end_reason = 'restarted'"),
        (
            "observation_complete_only_after_its_days",
            "ended_at = now(), ended_on = '2020-04-02', end_reason = 'completed'",
        ),
    ],
)
def test_an_observation_makes_sense(observed: Case, constraint: str, change: str) -> None:
    with refused_by(constraint):
        sql(f"UPDATE returnees_observation SET {change}")


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("labtest_result_after_sample", "result = 'negative', result_at = now()"),
        (
            "labtest_result_after_sample",
            "result = 'negative', result_at = now(), sampled_at = now()",
        ),
        ("labtest_once_a_day", "due_on = '2020-03-20'"),
    ],
)
def test_a_test_makes_sense(observed: Case, constraint: str, change: str) -> None:
    with refused_by(constraint):
        sql(f"UPDATE returnees_labtest SET {change}")


@pytest.mark.parametrize(
    ("temperature", "symptoms", "kind"),
    [
        ("37.2", (), None),
        ("37.3", (), AlertKind.FEVER),
        ("36.5", ("dry_cough",), AlertKind.SYMPTOM),
        ("38.0", ("dry_cough",), AlertKind.FEVER),
    ],
)
def test_fever_or_a_symptom_raises_an_alert(
    observed: Case,
    coordinator: User,
    hotel_worker: User,
    temperature: str,
    symptoms: tuple[str, ...],
    kind: str | None,
) -> None:
    check_in(observed, day=1, slot="morning", temperature=temperature, symptoms=symptoms)

    assert [each.kind for each in Alert.objects.open()] == ([kind] if kind else [])
    assert coordinator.messages_received.count() == len(Alert.objects.all())
    assert hotel_worker.messages_received.count() == 0


def test_an_alert_is_settled_once(observed: Case, coordinator: User) -> None:
    alert = make_alert(observed)
    stale = Alert.objects.get(pk=alert.pk)
    alert.resolve(
        Resolution.REMEASURED_NORMAL,
        by=coordinator,
        now=NOW,
        note="axillary",
        reading=Decimal("36.9"),
    )

    with pytest.raises(AlertClosed):
        stale.resolve(Resolution.CONFIRMED, by=make_user(), now=NOW)
    with pytest.raises(AlertClosed):
        stale.acknowledge(by=make_user(), now=NOW)

    kept = Alert.objects.get()
    assert (kept.resolution, kept.resolved_by, kept.reading, kept.acknowledged_by) == (
        Resolution.REMEASURED_NORMAL,
        coordinator,
        Decimal("36.9"),
        None,
    )


def test_somebody_who_sees_an_alert_first_is_on_it(observed: Case, coordinator: User) -> None:
    alert = make_alert(observed)
    alert.acknowledge(by=coordinator, now=NOW)

    alert.acknowledge(by=make_user(), now=NOW + timedelta(minutes=1))

    assert (alert.acknowledged_by, alert.acknowledged_at) == (coordinator, NOW)


def test_an_alert_that_nobody_settled_ends_with_its_case(observed: Case, coordinator: User) -> None:
    make_alert(observed)

    releasing.close(observed, "confirmed", by=coordinator, now=NOW + timedelta(days=1), note="")

    assert (Alert.objects.open().count(), Alert.objects.handled_by(coordinator).count()) == (0, 0)


@pytest.mark.parametrize("feverish", [1, 4])
def test_many_fevers_cost_no_more_queries_than_one(
    hotel: Place, coordinator: User, feverish: int, django_assert_max_num_queries: object
) -> None:
    readings = [
        rounds.Reading(
            observation=observation_of(make_observed_case(place=hotel)), temperature=Decimal("38.5")
        )
        for _each in range(feverish)
    ]
    nurse = make_user()

    with django_assert_max_num_queries(21):  # type: ignore[operator]
        rounds.record(readings, on=date(2020, 3, 20), slot="evening", by=nurse, now=SIXTEEN)


def test_a_reading_of_an_observation_that_ended_meanwhile_is_returned(observed: Case) -> None:
    reading = rounds.Reading(observation=observation_of(observed), temperature=Decimal("36.5"))
    releasing.close(
        observed, "transferred_out", by=make_user(), now=NOW + timedelta(hours=2), note=""
    )

    recorded = rounds.record(
        [reading], on=date(2020, 3, 20), slot="evening", by=make_user(), now=SIXTEEN
    )

    assert recorded == rounds.Recorded([], [], [reading.observation])


def test_alerts_are_handled_where_the_case_is(
    observed: Case, hub: Place, hotel_worker: User, receiver: User, sender: User
) -> None:
    alert = make_alert(observed)

    assert list(Alert.objects.handled_by(hotel_worker)) == [alert]
    assert list(Alert.objects.visible_to(sender)) == []

    hand_over(observed, hub, now=NOW + timedelta(hours=2))

    assert list(Alert.objects.visible_to(hotel_worker)) == [alert]
    assert list(Alert.objects.handled_by(hotel_worker)) == []
    assert list(Alert.objects.handled_by(receiver)) == [alert]


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("alert_kind_known", "kind = 'noise'"),
        ("alert_resolved_iff_resolution", "resolved_at = now()"),
        ("alert_resolved_iff_resolution", "resolution = 'confirmed'"),
        ("alert_acknowledged_by_somebody", "acknowledged_at = now()"),
    ],
)
def test_an_alert_makes_sense(observed: Case, constraint: str, change: str) -> None:
    make_alert(observed)

    with refused_by(constraint):
        sql(f"UPDATE returnees_alert SET {change}")


def test_somebody_is_reminded_of_one_thing_once(observed: Case, hotel: Place) -> None:
    sql(INSERT_REMINDER, place=hotel.pk)

    with refused_by("reminder_once"):
        sql(INSERT_REMINDER, place=hotel.pk)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("reminder_status_known", "status = 'lost'"),
        ("reminder_sent_iff_sent_at", "status = 'sent'"),
        ("reminder_sent_iff_sent_at", "sent_at = now()"),
    ],
)
def test_a_reminder_makes_sense(observed: Case, hotel: Place, constraint: str, change: str) -> None:
    sql(INSERT_REMINDER, place=hotel.pk)

    with refused_by(constraint):
        sql(f"UPDATE houshayu_reminder SET {change}")


def test_two_assessors_decide_a_request_and_a_refusal_has_its_reason(case: Case) -> None:
    for change in (
        "assessment_result = 'approved', assessed_at = now(), community_assessor = '李'",
        "assessment_result = 'rejected', assessed_at = now(), community_assessor = '李',"
        " health_assessor = '陈'",
    ):
        with refused_by("observationrequest_two_assessors"):
            sql(f"UPDATE returnees_observationrequest SET {change}")


def test_days_already_spent_in_a_hotel_elsewhere_are_asked_for_by_name(db: None) -> None:
    arrived = moment("2020-04-06")
    case = make_case(
        arrived=arrived,
        journey=OBSERVED_IN_TIANJIN,
        request={"requested_mode": "centralized"},
    )

    assert counted(case) == [("health_monitoring", date(2020, 4, 6), date(2020, 4, 13), "")]


def test_the_rounds_of_two_hotels_do_not_mix(hotel: Place) -> None:
    here = make_observed_case(place=hotel, room="0801")
    make_observed_case(place=make_place(kind="hotel"))
    evening = (date(2020, 3, 20), "evening")

    listed = list(rounds.round_list([hotel.pk], *evening))
    assert [(each.case, each.room, each.floor, each.checked) for each in listed] == [
        (here, "0801", "08", False)
    ]
    check_in(here, day=0, slot="evening")

    listed = list(rounds.round_list([hotel.pk], *evening))
    assert [(each.checked, each.temperature) for each in listed] == [(True, Decimal("36.5"))]
    assert not rounds.missing(Place.objects.filter(pk=hotel.pk), *evening).exists()
    assert rounds.missing(Place.objects.all(), *evening).count() == 1
