"""Which observations follow from a person's facts: the published rules, row by row."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from houshayu.calendar import BEIJING
from policy import (
    Decision,
    ExceptionGround,
    Facts,
    InvalidRules,
    Obligation,
    ObservationKind,
    PlannedObservation,
    Purpose,
    RequestedMode,
    ResidenceKind,
    Slot,
    age_on,
    check_in_slots,
    day_number,
    day_zero_after_contact,
    decide,
    missed_at,
    read_rules,
    release_at,
    release_on,
    schedule,
    window,
)
from policy.models import POLICIES, PolicyVersion
from policy.rules import FACTS, HOME_CONDITIONS
from policy.what_holds import Why, asks_assessment, what_holds
from returnees.decisions import FACT_LABELS, HOLDS, WAITING
from tests.attacks import sql

VERSIONS = {
    each["code"]: read_rules(each["rules"])
    for each in json.loads(POLICIES.read_text(encoding="utf-8"))
}
CENTRALIZED = [Obligation("centralized", 14)]
HOME = [Obligation("home", 14)]


def beijing(day: str, clock: str = "12:00") -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), BEIJING)


def person(arrived: str, *, clock: str = "12:00", born: str = "1980-01-01", **facts: Any) -> Facts:
    """Somebody who rents a flat with others and asked, before entry, to be observed there."""
    arrived_at = beijing(arrived, clock)
    return Facts(
        **{
            "arrived_at": arrived_at,
            "birth_date": date.fromisoformat(born),
            "entered_on": arrived_at.date(),
            "residence_kind": "rented",
            "co_residents": 1,
            "applied_at": arrived_at - timedelta(days=3),
            "approved": True,
            **facts,
            "grounds": frozenset(facts.get("grounds", ())),
        }
    )


def decided(facts: Facts) -> Decision:
    """By the version in force at the arrival."""
    return PolicyVersion.objects.in_force_at(facts.arrived_at).decide(facts)


@pytest.fixture
def policies(db: None) -> None:
    PolicyVersion.objects.load()


LIVES_ALONE = {"grounds": {"lives_alone"}, "co_residents": 0}
AFTER_LANDING = {"applied_at": beijing("2020-03-20", "15:00"), "approved": False}
# Entered at Tianjin on 22 March 2020, observed there for fourteen days, tested negative.
FROM_TIANJIN = {
    "entered_on": date(2020, 3, 22),
    "through_beijing": False,
    "requested_mode": "centralized",
    "days_observed_elsewhere": 14,
    "test_negative_elsewhere": True,
}


@pytest.mark.parametrize(
    ("facts", "rule", "obligations"),
    [
        (person("2020-03-12"), "P2-home", HOME),
        (person("2020-03-12", residence_kind="none"), "P2-centralized", CENTRALIZED),
        (person("2020-03-17", **LIVES_ALONE), "P3-lives-alone", HOME),
        (person("2020-03-17", grounds={"lives_alone"}), "P3-centralized", CENTRALIZED),
        (person("2020-03-17", born="2003-01-01", grounds={"minor"}), "P3-minor", HOME),
        (person("2020-03-20", born="2003-01-01", grounds={"minor"}), "P4-centralized", CENTRALIZED),
        (person("2020-03-20", born="2005-03-21", grounds={"minor"}), "P4-minor", HOME),
        (person("2020-03-20", born="2005-03-20", grounds={"minor"}), "P4-centralized", CENTRALIZED),
        (person("2020-03-20", born="1950-03-20", grounds={"age_70"}), "P4-age-70", HOME),
        (
            person("2020-03-20", born="1950-03-21", grounds={"age_70"}),
            "P4-centralized",
            CENTRALIZED,
        ),
        (person("2020-03-20", **LIVES_ALONE), "P4-centralized", CENTRALIZED),
        (
            person("2020-04-06", **FROM_TIANJIN, observed_elsewhere_until=date(2020, 4, 5)),
            "P6-observed-elsewhere",
            [Obligation("health_monitoring", 7)],
        ),
        (
            person("2020-04-08", **FROM_TIANJIN, observed_elsewhere_until=date(2020, 4, 6)),
            "P6-centralized",
            CENTRALIZED,
        ),
        (
            person("2020-04-06", **FROM_TIANJIN, observed_elsewhere_until=date(2020, 4, 7)),
            "P6-centralized",
            CENTRALIZED,
        ),
    ],
)
def test_the_version_at_arrival_says_who_may_be_at_home(
    policies: None, facts: Facts, rule: str, obligations: list[Obligation]
) -> None:
    decision = decided(facts)

    assert (decision.rule, list(decision.obligations), decision.waiting_for) == (
        rule,
        obligations,
        (),
    )


def test_a_minor_at_home_has_a_guardian_with_them(policies: None) -> None:
    minor = person("2020-03-17", born="2003-01-01", grounds={"minor"})

    assert decided(minor).needs_guardian
    assert not decided(person("2020-03-17", born="1940-01-01", grounds={"age_70"})).needs_guardian


def test_somebody_who_applies_after_landing_goes_home_once_approved_with_the_days_combined(
    policies: None,
) -> None:
    facts = {"born": "1940-01-01", "grounds": {"age_70"}} | AFTER_LANDING
    landed = person("2020-03-20", **facts)
    approved = person("2020-03-20", **facts | {"approved": True})

    assert decided(landed).waiting_for == ("assessment",)
    assert decided(landed).home_eligible
    assert schedule(decided(landed), landed.arrived_on) == [
        PlannedObservation("centralized", date(2020, 3, 20), date(2020, 4, 3))
    ]
    assert schedule(decided(approved), landed.arrived_on) == [
        PlannedObservation("home", date(2020, 3, 20), date(2020, 4, 3))
    ]


def test_from_25_march_an_approved_person_still_waits_for_the_negative_test(
    policies: None,
) -> None:
    facts: dict[str, Any] = {"born": "1940-01-01", "grounds": {"age_70"}}
    waiting = decided(person("2020-03-26", **facts))
    tested = decided(person("2020-03-26", **facts, test_negative=True))

    assert (waiting.waiting_for, list(waiting.obligations)) == (("negative_test",), CENTRALIZED)
    assert (tested.waiting_for, list(tested.obligations)) == ((), HOME)
    assert waiting.nat_days == (0, 13)
    assert waiting.release_needs_negative_test


def test_under_the_rule_of_16_march_an_application_after_entry_is_too_late(policies: None) -> None:
    old = {"born": "1940-01-01", "grounds": {"age_70"}}
    landed = beijing("2020-03-17", "12:00")
    elsewhere = {"through_beijing": False, "entered_on": date(2020, 3, 16)}

    assert decided(person("2020-03-17", **old, applied_at=landed)).rule == "P3-centralized"
    assert decided(person("2020-03-17", **old, applied_at=None)).rule == "P3-centralized"
    assert (
        decided(person("2020-03-17", **old, applied_at=landed - timedelta(minutes=1))).rule
        == "P3-age-70"
    )
    assert (
        decided(
            person("2020-03-17", **old, **elsewhere, applied_at=beijing("2020-03-16", "06:00"))
        ).rule
        == "P3-centralized"
    )
    assert (
        decided(
            person("2020-03-17", **old, **elsewhere, applied_at=beijing("2020-03-15", "23:00"))
        ).rule
        == "P3-age-70"
    )


def test_from_25_march_people_in_transit_are_observed_too(policies: None) -> None:
    before = decided(person("2020-03-24", purpose="transit"))
    after = decided(person("2020-03-25", purpose="transit"))

    assert [before.rule, after.rule] == ["P4-transit", "P5-centralized"]


@pytest.mark.parametrize(
    ("arrived_at", "code", "released_on"),
    [
        (beijing("2020-03-13"), "P2", date(2020, 3, 27)),
        (beijing("2020-03-16", "09:00"), "P3", date(2020, 3, 30)),
        (datetime(2020, 3, 15, 16, 10, tzinfo=UTC), "P3", date(2020, 3, 30)),
        (beijing("2020-03-15", "23:50"), "P2", date(2020, 3, 29)),
    ],
)
def test_version_and_release_day_follow_the_calendar_of_beijing(
    policies: None, arrived_at: datetime, code: str, released_on: date
) -> None:
    facts = Facts(arrived_at=arrived_at, birth_date=date(1980, 1, 1), entered_on=date(2020, 3, 13))
    decision = decided(facts)

    assert decision.policy == code
    assert [each.release_on for each in schedule(decision, facts.arrived_on)] == [released_on]


def test_fourteen_days_run_across_29_february() -> None:
    assert release_on(date(2020, 2, 16), 14) == date(2020, 3, 1)
    assert day_number(date(2020, 2, 16), date(2020, 3, 1)) == 14
    assert release_at(date(2020, 2, 16), 14) == beijing("2020-03-01", "08:00")


def test_days_in_the_hotel_count_towards_those_at_home(policies: None) -> None:
    facts: dict[str, Any] = {"born": "1940-01-01", "grounds": {"age_70"}}
    until_24_march = decided(person("2020-03-19", **facts, approved=False))
    from_24_march = decided(person("2020-03-19", **facts, approved=True))
    started_on = date(2020, 3, 19)

    assert [
        (each.kind, each.release_on)
        for decision in (until_24_march, from_24_march)
        for each in schedule(decision, started_on)
    ] == [("centralized", date(2020, 4, 2)), ("home", date(2020, 4, 2))]


def test_the_count_restarts_for_those_who_leave_home_from_16_april_on(policies: None) -> None:
    at_home_since = date(2020, 4, 8)
    moved_on = date(2020, 4, 17)
    at_arrival = PolicyVersion.objects.in_force_at(beijing("2020-04-08"))
    at_the_move = PolicyVersion.objects.in_force_at(beijing("2020-04-17"))

    restarted = at_the_move.day_zero_after_violation(at_home_since, moved_on)
    unchanged = at_arrival.day_zero_after_violation(at_home_since, moved_on)

    assert (restarted, release_on(restarted, 14)) == (moved_on, date(2020, 5, 1))
    assert (unchanged, release_on(unchanged, 14)) == (at_home_since, date(2020, 4, 22))


def test_a_close_contact_counts_from_the_last_contact() -> None:
    assert day_zero_after_contact(date(2020, 3, 20), date(2020, 3, 24)) == date(2020, 3, 24)
    assert day_zero_after_contact(date(2020, 3, 20), date(2020, 3, 10)) == date(2020, 3, 20)


def test_seven_days_of_monitoring_follow_where_the_version_of_30_april_is_in_force(
    policies: None,
) -> None:
    facts = person("2020-04-20")
    on_the_last_day = PolicyVersion.objects.in_force_at(beijing("2020-05-04"))

    assert schedule(on_the_last_day.decide(facts), facts.arrived_on) == [
        PlannedObservation("centralized", date(2020, 4, 20), date(2020, 5, 4)),
        PlannedObservation("health_monitoring", date(2020, 5, 4), date(2020, 5, 11)),
    ]
    assert schedule(decided(facts), facts.arrived_on) == [
        PlannedObservation("centralized", date(2020, 4, 20), date(2020, 5, 4))
    ]


def test_fourteen_days_have_28_check_ins() -> None:
    slots = check_in_slots(14)

    assert len(slots) == 28
    assert Counter(day for day, _ in slots) == {0: 1, **dict.fromkeys(range(1, 14), 2), 14: 1}
    assert (slots[0], slots[1:3], slots[-1]) == (
        (0, "evening"),
        [(1, "morning"), (1, "evening")],
        (14, "morning"),
    )


def test_check_ins_have_their_hours_and_are_missed_two_hours_later() -> None:
    on = date(2020, 3, 20)

    assert window(on, "morning") == (
        beijing("2020-03-20", "07:00"),
        beijing("2020-03-20", "10:00"),
    )
    assert window(on, "evening") == (
        beijing("2020-03-20", "15:00"),
        beijing("2020-03-20", "18:00"),
    )
    assert missed_at(on, "morning") == beijing("2020-03-20", "12:00")
    assert missed_at(on, "evening") == beijing("2020-03-20", "20:00")


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("2005-03-20", "2020-03-20", 15),
        ("2005-03-21", "2020-03-20", 14),
        ("2004-02-29", "2022-02-28", 17),
        ("2004-02-29", "2022-03-01", 18),
    ],
)
def test_a_birthday_counts_on_the_day_itself(born: str, on: str, age: int) -> None:
    assert age_on(date.fromisoformat(born), date.fromisoformat(on)) == age


def test_a_decision_names_its_rule_and_the_facts_that_decided(policies: None) -> None:
    home = decided(person("2020-03-20", born="1950-03-20", grounds={"age_70"}))
    refused = decided(person("2020-03-20", born="1950-03-21", grounds={"age_70"}))

    assert (home.policy, home.rule, home.facts) == (
        "P4",
        "P4-age-70",
        {
            "arrived_on": "2020-03-20",
            "age": 70,
            "approved": True,
            "grounds": ["age_70"],
            "has_dwelling": True,
            "purpose": "return_home",
            "requested_mode": "home",
        },
    )
    assert (refused.policy, refused.rule, refused.facts) == (
        "P4",
        "P4-centralized",
        {
            "arrived_on": "2020-03-20",
            "age": 69,
            "grounds": ["age_70"],
            "purpose": "return_home",
        },
    )
    assert json.loads(json.dumps(home.as_json()))["facts"] == home.facts


def test_a_rule_is_worded_in_the_language_of_the_reader(policies: None) -> None:
    version = PolicyVersion.objects.get(code="P2")

    with translation.override("zh-hans"):
        assert version.rule_text("P2-home") == "在京有住所并申请居家：居家观察14天。"
    with translation.override("en"):
        assert version.rule_text("P2-home") == (
            "Has a dwelling in Beijing and asks to stay there: home observation for 14 days."
        )


# --- The data ------------------------------------------------------------------------------------


def test_loading_again_changes_nothing(db: None) -> None:
    PolicyVersion.objects.load()
    before = list(PolicyVersion.objects.values())

    assert PolicyVersion.objects.load() == 7
    assert list(PolicyVersion.objects.values()) == before
    assert [each["code"] for each in before] == ["P2", "P3", "P4", "P5", "P6", "P6R", "P7"]


def test_no_version_is_in_force_before_the_first(policies: None) -> None:
    with pytest.raises(PolicyVersion.DoesNotExist, match="No policy version is in force at 2020"):
        PolicyVersion.objects.in_force_at(beijing("2020-03-10", "23:59"))
    assert PolicyVersion.objects.in_force_at(beijing("2020-03-11", "00:00")).code == "P2"


def rule(**changes: Any) -> dict[str, Any]:
    """A rule that takes everybody, with changes."""
    return {
        "code": "X-all",
        "text_en": "Everybody.",
        "text_zh_hans": "所有人。",
        "obligations": [{"kind": "home", "days": 14}],
    } | changes


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        ([], "The last rule must take everybody"),
        ([rule(when={"age": {"at_least": 70}})], "The last rule must take everybody"),
        ([rule(), rule()], "X-all: each rule has a code of its own"),
        ([rule(code="")], "A rule has no code"),
        ([rule(text_zh_hans="")], "X-all: a rule needs a text in both languages"),
        ([rule(home_wen=["assessment"])], "X-all: a rule says nothing named home_wen"),
        ([rule(home_when=["luck"])], "X-all: home can't wait for luck"),
        ([rule(needs_guardian="yes")], "X-all: needs_guardian is true or false"),
        ([rule(obligations=[])], "X-all: a rule says what follows"),
        ([rule(obligations=[{"kind": "hotel", "days": 14}])], "X-all: there is no obligation like"),
        ([rule(obligations=[{"kind": "home", "days": 0}])], "1 to 60 days, not 0"),
        ([rule(nat_days=[15])], "X-all: no test can be taken on day 15"),
        ([rule(when={"heigth": {"is": 1}})], "X-all: there is no fact named heigth"),
        ([rule(when={"age": {"above": 70}})], "X-all: there is no operator named above"),
        ([rule(when={"age": {}})], "X-all: nothing is asked of age"),
        ([rule(when={"age": {"at_least": "70"}})], "age can't be compared with at_least '70'"),
        ([rule(when={"purpose": {"is": "fun"}})], "purpose can't be compared with is 'fun'"),
        ([rule(when={"purpose": {"in": ["work", "fun"]}})], "purpose can't be compared with in"),
        ([rule(when={"lives_alone": {"is": 1}})], "lives_alone can't be compared with is 1"),
        ([rule(when={"grounds": {"is": "minor"}})], "grounds can't be compared with is 'minor'"),
    ],
)
def test_rules_that_cannot_be_applied_are_refused_with_the_fault(
    rules: list[dict[str, Any]], fault: str
) -> None:
    with pytest.raises(InvalidRules) as refused:
        read_rules(rules)

    assert fault in str(refused.value)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda version: version.update(effective_from="2020-04-30T00:00:00"), "offset"),
        (lambda version: version.update(name_zh_hans=""), "P7: name_zh_hans is missing"),
        (lambda version: version["rules"].pop(), "The last rule must take everybody"),
    ],
)
def test_a_file_with_one_bad_version_changes_nothing(
    db: None, tmp_path: Path, spoil: Callable[[dict[str, Any]], Any], fault: str
) -> None:
    PolicyVersion.objects.load()
    before = list(PolicyVersion.objects.values())
    versions = json.loads(POLICIES.read_text(encoding="utf-8"))
    versions[0]["source"] = "Hearsay"
    spoil(versions[-1])
    path = tmp_path / "policies.json"
    path.write_text(json.dumps(versions), encoding="utf-8")

    with pytest.raises(InvalidRules, match=fault):
        PolicyVersion.objects.load(path)

    assert list(PolicyVersion.objects.values()) == before


def test_a_corrected_version_replaces_its_older_text(policies: None, tmp_path: Path) -> None:
    versions = json.loads(POLICIES.read_text(encoding="utf-8"))
    versions[0]["source"] = "Bulletin of 2020-03-12"
    path = tmp_path / "policies.json"
    path.write_text(json.dumps(versions), encoding="utf-8")

    PolicyVersion.objects.load(path)

    assert PolicyVersion.objects.count() == len(versions)
    assert PolicyVersion.objects.get(code="P2").source == "Bulletin of 2020-03-12"


def test_the_published_rules_use_every_kind_of_observation() -> None:
    assert {
        obligation.kind
        for rules in VERSIONS.values()
        for each in rules
        for obligation in each.obligations
    } == set(ObservationKind.values)


def test_every_fact_that_can_decide_has_a_label() -> None:
    assert FACT_LABELS.keys() == FACTS | set(HOME_CONDITIONS.values()) | {"arrived_on"}
    assert WAITING.keys() == HOME_CONDITIONS.keys()


# --- For every possible person -------------------------------------------------------------------

dates = st.dates(date(2020, 1, 1), date(2020, 12, 31))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2020, 12, 31), timezones=st.just(UTC))
people = st.builds(
    Facts,
    arrived_at=moments,
    birth_date=st.dates(date(1900, 1, 1), date(2019, 12, 31)),
    entered_on=dates,
    through_beijing=st.booleans(),
    purpose=st.sampled_from(Purpose.values),
    requested_mode=st.sampled_from(RequestedMode.values),
    residence_kind=st.sampled_from(ResidenceKind.values),
    co_residents=st.integers(0, 5),
    grounds=st.frozensets(st.sampled_from(ExceptionGround.values)),
    applied_at=st.none() | moments,
    approved=st.booleans(),
    test_negative=st.booleans(),
    days_observed_elsewhere=st.integers(0, 30),
    observed_elsewhere_until=st.none() | dates,
    test_negative_elsewhere=st.booleans(),
)
codes = st.sampled_from(sorted(VERSIONS))


@given(people, codes)
def test_every_person_gets_one_decision_and_always_the_same(facts: Facts, code: str) -> None:
    decision = decide(facts, code=code, rules=VERSIONS[code])

    assert decision == decide(facts, code=code, rules=VERSIONS[code])
    assert decision.obligations
    assert json.loads(json.dumps(decision.as_json()))["facts"] == decision.facts


@given(people, codes)
def test_nobody_is_at_home_without_asking_and_a_dwelling(facts: Facts, code: str) -> None:
    decision = decide(facts, code=code, rules=VERSIONS[code])
    at_home = decision.obligations[0].kind == "home"

    assert not at_home or (facts.has_dwelling and facts.requested_mode == "home")
    assert not at_home or code == "P2" or facts.approved
    assert not at_home or code in {"P2", "P3", "P4"} or facts.test_negative


@given(people, codes, st.booleans(), st.booleans(), st.integers(0, 1), st.booleans())
def test_what_holds_is_what_was_decided_and_an_assessment_is_named_where_it_matters(
    facts: Facts,
    code: str,
    rejected: bool,
    in_hotel: bool,
    obligation: int,
    counted_anew: bool,
) -> None:
    rejected = rejected and not facts.approved
    decision = decide(facts, code=code, rules=VERSIONS[code])
    approved, turned_down = (
        decide(replace(facts, approved=each), code=code, rules=VERSIONS[code])
        for each in (True, False)
    )
    matters = (approved.obligations, approved.waiting_for) != (
        turned_down.obligations,
        turned_down.waiting_for,
    )

    kind, why = what_holds(
        decision,
        rejected=rejected,
        in_hotel=in_hotel,
        obligation=obligation,
        counted_anew=counted_anew,
    )

    assert asks_assessment(decision) == matters
    assert matters or why not in (Why.APPROVED, Why.REJECTED)
    if counted_anew:
        assert (kind, why) == ("centralized", Why.RESTARTED)
    elif why is Why.STILL_LODGED:
        assert in_hotel and decision.obligations[0].kind == "home"
    elif obligation < len(decision.obligations):
        assert kind == decision.obligations[obligation].kind
    assert why in HOLDS


@given(people, codes, dates)
def test_a_plan_lasts_the_days_of_its_obligations_without_a_gap(
    facts: Facts, code: str, started_on: date
) -> None:
    decision = decide(facts, code=code, rules=VERSIONS[code])
    plan = schedule(decision, started_on)

    assert [(each.kind, (each.release_on - each.started_on).days) for each in plan] == [
        (obligation.kind, obligation.days) for obligation in decision.obligations
    ]
    assert [each.started_on for each in plan] == [
        started_on,
        *(each.release_on for each in plan[:-1]),
    ]


@given(st.integers(1, 60), dates)
def test_two_check_ins_a_day_make_twice_the_days(days: int, started_on: date) -> None:
    slots = check_in_slots(days)

    assert len(slots) == len(set(slots)) == 2 * days
    assert day_number(started_on, release_on(started_on, days)) == slots[-1][0] == days


@pytest.mark.parametrize("days", [1, 2, 7, 14, 28])
@pytest.mark.django_db
def test_the_database_counts_the_slots_of_a_day_as_the_program_does(days: int) -> None:
    asked = [(day, slot) for day in range(-1, days + 2) for slot in Slot]

    due = {
        (day, slot)
        for day, slot in asked
        if sql(
            "SELECT policy_slot_exists(%(day)s, %(days)s, %(slot)s)", day=day, days=days, slot=slot
        )
        == [(True,)]
    }

    assert due == set(check_in_slots(days))
