"""What a correction replaced can still be read, in words, with who did it and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from houshayu.models import Place, User
from returnees import arrivals, decisions, history
from returnees.models import Case, CheckIn, TransitPoint
from returnees.registration import Registration, amend, register
from tests.factories import (
    NOW,
    check_in,
    hand_over,
    make_registration,
    make_user,
    moment,
    observation_of,
)


def answers(*, transits: list[str], **sections: Any) -> Registration:
    registration = make_registration(
        document={"document_number": "E12345678"},
        person={"phone_cn": "13812345678"},
        **sections,
    )
    registration.transits = [TransitPoint(country="FIN", city=city) for city in transits]
    return registration


@pytest.fixture
def registered(community: Place, sender: User) -> Case:
    form = answers(transits=["Helsinki", "Vantaa"])
    return register(form, place=community, by=sender, now=NOW)


def correct(case: Case, form: Registration, by: User) -> set[tuple[str, str, str, str]]:
    """What the history shows of one correction."""
    reason = "misread"
    amend(case, form, by=by, now=NOW, reason=reason)
    made = [change for change in history.changes(case) if change.reason == reason]
    assert all((change.by, change.at) == (by, NOW) for change in made)
    return {(c.thing, c.field, str(c.old or ""), str(c.new or "")) for c in made}


def test_each_answer_that_was_replaced_can_be_read_in_words(registered: Case, sender: User) -> None:
    form = answers(
        transits=["Helsinki", "Vantaa"],
        journey={"flight_number": "CA910"},
        health={"symptoms": ["dry_cough", "fatigue"], "contact_case": True},
    )

    with override("en"):
        assert correct(registered, form, sender) == {
            ("journey", "Flight number", "CA950", "CA910"),
            ("health declaration", "Symptoms now or in the last 14 days", "", "Dry cough, Fatigue"),
            (
                "health declaration",
                "Contact with a confirmed, suspected or asymptomatic case in the last 14 days",
                "No",
                "Yes",
            ),
            ("alert", "recorded", "", "Symptom"),
        }


def test_that_a_phone_number_was_replaced_is_shown_and_the_number_is_not(
    registered: Case, sender: User
) -> None:
    form = answers(
        transits=["Helsinki", "Vantaa"],
        emergency_contact_phone="13911112222",
        landlord_or_agent="老李 13700009876",
    )

    with override("en"):
        assert correct(registered, form, sender) == {
            ("case", "Emergency contact's phone", "(changed, not shown)", "(changed, not shown)"),
            ("case", "Landlord or agent, phone", "", "(changed, not shown)"),
        }


def test_what_was_declared_before_alerts_nobody_again(registered: Case, sender: User) -> None:
    ill = {"symptoms": ["dry_cough"]}
    correct(registered, answers(transits=[], health=ill), sender)
    correct(registered, answers(transits=[], health=ill | {"pregnant": True}), sender)

    assert registered.alerts.count() == 1


def test_until_somebody_arrives_the_version_of_their_arrival_decides(
    registered: Case, sender: User
) -> None:
    assert registered.policy == decisions.version_for(registered.expected_arrival_at)
    later = moment("2020-04-20")

    amend(
        registered, answers(transits=[], expected_arrival_at=later), by=sender, now=NOW, reason=""
    )
    assert registered.policy == decisions.version_for(later) != decisions.version_for(NOW)

    arrivals.arrive(registered, at=later, by=make_user(), now=later, sure=True)
    earlier = later - timedelta(days=13)
    amend(
        registered,
        answers(transits=[], expected_arrival_at=earlier),
        by=sender,
        now=later,
        reason="",
    )
    assert registered.policy == decisions.version_for(later) != decisions.version_for(earlier)


def test_a_row_that_was_taken_off_the_form_is_named(registered: Case, sender: User) -> None:
    with override("zh-hans"):
        changes = correct(registered, answers(transits=["Helsinki"]), sender)

    assert {(field, old, new) for _thing, field, old, new in changes} == {
        ("已删除", "Helsinki (FIN)", ""),
        ("已删除", "Vantaa (FIN)", ""),
        ("已登记", "", "Helsinki (FIN)"),
    }


def test_a_correction_that_corrects_nothing_leaves_no_trace(registered: Case, sender: User) -> None:
    assert correct(registered, answers(transits=["Helsinki", "Vantaa"]), sender) == set()


def test_a_number_that_was_corrected_is_not_shown(registered: Case, sender: User) -> None:
    form = answers(transits=["Helsinki", "Vantaa"])
    form.person.phone_cn = "13987654321"

    shown = correct(registered, form, sender)

    assert {(old, new) for _thing, _field, old, new in shown} == {
        (str(history.HIDDEN), str(history.HIDDEN))
    }


def test_a_check_in_changed_behind_the_programs_back_keeps_what_it_said(observed: Case) -> None:
    check_in(observed, day=0, slot="evening", temperature="38.6")

    CheckIn.objects.update(temperature="36.6")

    kept = CheckIn.pgh_event_models["update"].objects.get()  # type: ignore[attr-defined]
    assert str(kept.temperature) == "38.6"


def test_the_way_of_a_case_is_shown_by_the_names_of_its_places(
    registered: Case, hub: Place, hotel: Place
) -> None:
    hand_over(registered, hub, now=NOW)
    hand_over(registered, hotel, now=NOW, room="0801")

    with override("en"):
        came = [(c.thing, c.new) for c in history.changes(registered) if c.field == "recorded"]

    assert [new for thing, new in came if thing == "custody"] == [
        "Demo Hotel Jia",
        "NCIEC Transfer Hub",
        "Houshayu Village",
    ]
    assert [new for thing, new in came if thing == "stay in a room"] == ["0801"]


def test_it_asks_as_often_for_a_long_history_as_for_a_short_one(observed: Case) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            list(history.changes(observed))
        return len(asked)

    queries()  # what a process asks once
    short = queries()
    for _day in range(10):
        observation_of(observed).labtests.update(due_on=F("due_on") + 1)

    assert queries() == short < 25
