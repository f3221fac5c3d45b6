"""Whatever happens to cases, in whatever order, and whoever is cut off half-way: seven rules hold.

Hypothesis makes up histories: people are registered, offered, accepted, declined, measured,
released, closed; clocks run behind, pages are stale, workers are killed between two statements
and try again. After every step the rules of custody are asked of all rows in SQL.

HYPOTHESIS_PROFILE=deep looks for longer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from coordination import day
from houshayu.calendar import beijing_date
from houshayu.duties import planning
from houshayu.exceptions import Conflict
from houshayu.models import HOME_KINDS, SITE_KINDS
from policy import Slot
from returnees import arrivals, correcting, lodging, observing, releasing, rounds
from returnees.arrival_time import Way, doubts, refused
from returnees.models import Case, CaseOutcome, CheckIn, Observation, Resolution, Room
from tests.attacks import sql
from tests.factories import (
    NOW,
    holder_of,
    last_morning,
    make_case,
    make_room,
    make_user,
    observation_of,
    real_place,
)
from transfers.models import Handoff

# Each finds the rows that break its rule: 1 to 5 are those of custody, 6 that day 0 is as the
# journey says, 7 that nobody acts unnamed.
RULES = {
    "1. an open case has exactly one open custody, a closed case none": """
        SELECT checked.number, count(held.id)
        FROM returnees_case checked
        LEFT JOIN returnees_custody held ON held.case_id = checked.id AND held.ended_at IS NULL
        GROUP BY checked.id
        HAVING count(held.id) <> CASE WHEN checked.closed_at IS NULL THEN 1 ELSE 0 END
    """,
    "2. custodies of a case neither overlap nor leave a gap, from its opening to its end": """
        SELECT checked.number, held.started_at, held.ended_at
        FROM returnees_case checked
        JOIN (
            SELECT *,
                   lag(ended_at) OVER one_case AS previous_end,
                   row_number() OVER one_case = 1 AS is_first,
                   lead(id) OVER one_case IS NULL AS is_last
            FROM returnees_custody
            WINDOW one_case AS (PARTITION BY case_id ORDER BY started_at)
        ) held ON held.case_id = checked.id
        WHERE held.started_at IS DISTINCT FROM
                  CASE WHEN held.is_first THEN checked.opened_at ELSE held.previous_end END
           OR held.ended_at <= held.started_at
           OR (held.is_last AND held.ended_at IS DISTINCT FROM checked.closed_at)
    """,
    "3a. a case has at most one open handoff, offered by its holder": """
        SELECT offer.case_id
        FROM transfers_handoff offer
        LEFT JOIN returnees_custody held
            ON held.case_id = offer.case_id AND held.ended_at IS NULL
            AND held.place_id = offer.from_place_id
        WHERE offer.status = 'offered'
        GROUP BY offer.case_id
        HAVING count(*) > 1 OR count(held.id) <> 1
    """,
    "3b. custody moves by one accepted handoff, which ends one and begins the next at once": """
        SELECT began.id
        FROM (
            SELECT *, lag(place_id) OVER (PARTITION BY case_id ORDER BY started_at) AS came_from
            FROM returnees_custody
        ) began
        FULL JOIN (SELECT * FROM transfers_handoff WHERE status = 'accepted') accepted
            ON accepted.custody_id = began.id
        WHERE began.came_from IS DISTINCT FROM accepted.from_place_id
           OR (accepted.id IS NOT NULL
               AND (began.case_id, began.place_id)
                   IS DISTINCT FROM (accepted.case_id, accepted.to_place_id))
    """,
    "3c. to whom a case is on offer is where its open handoff goes": """
        SELECT held.case_id, held.offered_to_id
        FROM (SELECT * FROM returnees_custody WHERE ended_at IS NULL) held
        FULL JOIN (SELECT * FROM transfers_handoff WHERE status = 'offered') offer
            ON offer.case_id = held.case_id
        WHERE held.offered_to_id IS DISTINCT FROM offer.to_place_id
    """,
    "4a. one check-in per observation day and slot, on days and slots that exist": """
        SELECT taken.observation_id, taken.day, taken.slot
        FROM returnees_checkin taken
        JOIN returnees_observation observed ON observed.id = taken.observation_id
        GROUP BY taken.observation_id, taken.day, taken.slot, observed.days
        HAVING count(*) > 1
            OR taken.day NOT BETWEEN 0 AND observed.days
            OR (taken.day, taken.slot) IN ((0, 'morning'), (observed.days, 'evening'))
    """,
    "4b. one reminder per duty, row, occurrence and rung, sent once": """
        SELECT about_id, duty, occurrence, step
        FROM houshayu_reminder
        GROUP BY about_id, duty, occurrence, step
        HAVING count(*) > 1
    """,
    "4c. a line reaches somebody once": """
        SELECT recipient_id, key FROM houshayu_messageline GROUP BY recipient_id, key
        HAVING count(*) > 1
    """,
    "4d. the slots that an observation has taken are those of its check-ins": """
        SELECT observed.id, observed.slots_taken
        FROM returnees_observation observed
        WHERE observed.slots_taken IS DISTINCT FROM ARRAY(
            SELECT (day * 2 + (slot = 'evening')::int)::smallint FROM returnees_checkin taken
            WHERE taken.observation_id = observed.id ORDER BY 1
        )
    """,
    "5. a case closes only with an outcome, and as released only with its days complete": """
        SELECT checked.number
        FROM returnees_case checked
        LEFT JOIN returnees_observation observed ON observed.case_id = checked.id
        GROUP BY checked.id
        HAVING (checked.closed_at IS NULL) <> (checked.outcome = '')
            OR (checked.closed_at IS NOT NULL AND bool_or(observed.ended_at IS NULL
                                                          AND observed.id IS NOT NULL))
            OR (checked.outcome = 'released'
                AND count(*) FILTER (WHERE observed.end_reason = 'completed'
                                       AND observed.ended_on >= observed.release_on)
                    < jsonb_array_length(checked.decision -> 'obligations'))
    """,
    "7a. who is in a room is in the hands of its hotel, in one room alone": """
        SELECT stay.case_id
        FROM returnees_roomstay stay
        JOIN returnees_room room ON room.id = stay.room_id
        LEFT JOIN returnees_custody held ON held.case_id = stay.case_id
            AND held.place_id = room.place_id AND held.ended_at IS NULL
        WHERE stay.ended_at IS NULL
        GROUP BY stay.case_id
        HAVING count(*) > 1 OR count(held.id) <> 1
    """,
    "7b. a room has a bed for everybody in it, and nobody while it is cleaned or blocked": """
        SELECT room.id
        FROM returnees_room room
        JOIN returnees_roomstay stay ON stay.room_id = room.id AND stay.ended_at IS NULL
        GROUP BY room.id
        HAVING count(*) > room.beds OR room.state <> 'free'
    """,
    "7c. strangers share a room for a reason": """
        SELECT later.id
        FROM returnees_roomstay later
        JOIN returnees_roomstay earlier ON earlier.room_id = later.room_id AND earlier.id < later.id
        JOIN returnees_case own ON own.id = later.case_id
        JOIN returnees_case theirs ON theirs.id = earlier.case_id
        WHERE later.ended_at IS NULL AND earlier.ended_at IS NULL
            AND later.sharing_reason = '' AND own.travel_group <> theirs.travel_group
    """,
    "8. an arrival lies within its journey": """
        SELECT number, expected_arrival_at, arrived_at
        FROM returnees_case
        WHERE arrived_at NOT BETWEEN expected_arrival_at - interval '2 days'
                                 AND expected_arrival_at + interval '14 days'
    """,
    "6. whatever changed has an author": """
        SELECT changed.pgh_id, changed.pgh_label
        FROM (
            SELECT pgh_id, pgh_label, pgh_context_id FROM returnees_caseevent
            UNION ALL SELECT pgh_id, pgh_label, pgh_context_id FROM returnees_custodyevent
            UNION ALL SELECT pgh_id, pgh_label, pgh_context_id FROM returnees_observationevent
            UNION ALL SELECT pgh_id, pgh_label, pgh_context_id FROM returnees_roomstayevent
            UNION ALL SELECT pgh_id, pgh_label, pgh_context_id FROM transfers_handoffevent
        ) changed
        LEFT JOIN pghistory_context act ON act.id = changed.pgh_context_id
        LEFT JOIN houshayu_user author ON author.id = (act.metadata ->> 'user')::bigint
        WHERE author.id IS NULL
    """,
}
# What an act that did not happen must have left as it was.
TOUCHED = [
    "SELECT id, arrived_at, closed_at, outcome FROM returnees_case ORDER BY id",
    "SELECT id, place_id, started_at, ended_at FROM returnees_custody ORDER BY id",
    "SELECT id, status, closed_at, custody_id FROM transfers_handoff ORDER BY id",
    "SELECT id, kind, started_on, end_reason FROM returnees_observation ORDER BY id",
    "SELECT id, temperature FROM returnees_checkin ORDER BY id",
    "SELECT id, room_id, ended_at FROM returnees_roomstay ORDER BY id",
    "SELECT id, state FROM returnees_room ORDER BY id",
    "SELECT id, resolution FROM returnees_alert ORDER BY id",
    "SELECT id, status FROM houshayu_reminder ORDER BY id",
    "SELECT id FROM houshayu_message ORDER BY id",
    "SELECT id FROM houshayu_messageline ORDER BY id",
]
PLACES = st.sampled_from(
    ["houshayu-village", "gucheng", "ncie-hub", "demo-hotel-jia", "shunyi-hospital", "konggang"]
)
# At which statement the worker is killed; mostly it lives.
KILLED = st.sampled_from([None, None, None, 1, 2, 3, 4, 6, 8, 10, 13, 16, 20])
# How far the clock of the host is behind, in seconds.
BEHIND = st.sampled_from([0, 0, 1, 3600])
DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
HISTORIES = settings(
    max_examples=400 if DEEP else 15,
    stateful_step_count=80 if DEEP else 30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class Killed(Exception):
    """The worker died between two statements."""


@contextmanager
def killed_at(statement: int | None) -> Iterator[None]:
    """Let the worker die at its statement of this number; None lets it live."""
    seen = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == statement:
            raise Killed
        return execute(*arguments)

    with connection.execute_wrapper(count):
        yield


def rows() -> list[list[tuple[Any, ...]]]:
    return [sql(query) for query in TOUCHED]


class CaseLife(RuleBasedStateMachine):
    """Cases on their way; what is in the bundles is as stale as a page somebody left open."""

    cases = Bundle("cases")
    handoffs = Bundle("handoffs")

    def __init__(self) -> None:
        super().__init__()
        self.history = transaction.atomic()
        self.history.__enter__()
        self.now = NOW
        self.staff = make_user()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.history.__exit__(None, None, None)

    def attempt(self, act: Callable[[], Any], killed: int | None = None) -> Any:
        """What the act returned; Conflict or Killed if it was refused or cut off, without trace."""
        before = rows()
        try:
            with transaction.atomic():
                with killed_at(killed):
                    result = act()
                sql("SET CONSTRAINTS ALL IMMEDIATE")
                sql("SET CONSTRAINTS ALL DEFERRED")
        except (Conflict, Killed) as failure:
            assert rows() == before
            return Killed if isinstance(failure, Killed) else Conflict
        return result

    @invariant()
    def the_rules_hold(self) -> None:
        assert {rule: broken for rule, query in RULES.items() if (broken := sql(query))} == {}

    @invariant()
    def nobody_is_lost(self) -> None:
        assert list(day.lost(Case.objects.open(), self.now)) == []

    @initialize(target=cases)
    def somebody_is_there(self) -> Any:
        """One expected in the afternoon, one at home since yesterday; a hotel with two rooms."""
        make_room("0801", beds=2)
        make_room("0802")
        home = real_place("houshayu-village")
        expected = make_case(place=home, by=self.staff, community=home)
        landed = make_case(place=home, by=self.staff, arrived=NOW - timedelta(days=1))
        return multiple(expected, landed)

    @initialize(target=handoffs)
    def somebody_is_on_offer(self) -> Any:
        case = make_case(place=real_place("gucheng"), by=self.staff)
        return Handoff.objects.offer(
            case=case, to_place=real_place("demo-hotel-jia"), by=self.staff, now=self.now
        )

    @rule(target=cases, handoff=handoffs)
    def follow_the_link_to_the_case(self, handoff: Handoff) -> Any:
        return Case.objects.get(pk=handoff.case_id)

    @rule(hours=st.sampled_from([1, 5, 24, 24 * 7]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(target=cases, place=PLACES, lives=PLACES, hours=st.integers(-30, 30), killed=KILLED)
    def register(self, place: str, lives: str, hours: int, killed: int | None) -> Any:
        made = self.attempt(
            lambda: make_case(
                place=real_place(place),
                community=real_place(lives),
                expected_arrival_at=self.now + timedelta(hours=hours),
                by=self.staff,
                now=self.now,
            ),
            killed,
        )
        return made if isinstance(made, Case) else multiple()

    @rule(case=cases, killed=KILLED)
    def arrive(self, case: Case, killed: int | None) -> None:
        self.attempt(
            lambda: arrivals.arrive(
                deepcopy(case), at=self.now, by=self.staff, now=self.now, sure=True
            ),
            killed,
        )

    @rule(case=cases, hours=st.sampled_from([None, -1, 3, 20, 30, 50]), killed=KILLED)
    def correct_the_arrival(self, case: Case, hours: int | None, killed: int | None) -> None:
        at = None if hours is None else self.now - timedelta(hours=hours)
        measured = CheckIn.objects.filter(observation__case=case).count()

        done = self.attempt(
            lambda: arrivals.correct(
                deepcopy(case), at, by=self.staff, now=self.now, reason="a slip", sure=True
            ),
            killed,
        )

        case = Case.objects.get(pk=case.pk)
        assert CheckIn.objects.filter(observation__case=case).count() == measured
        if done is None:
            assert case.arrived_at == at
            day_zero = [beijing_date(at)] if at else []
            assert [each.started_on for each in case.observations.open()] == day_zero

    @rule(target=handoffs, case=cases, to=PLACES, killed=KILLED)
    def offer(self, case: Case, to: str, killed: int | None) -> Any:
        waiting = Handoff.objects.open().filter(case=case).exists()

        made = self.attempt(
            lambda: Handoff.objects.offer(
                case=case, to_place=real_place(to), by=self.staff, now=self.now
            ),
            killed,
        )

        assert not (waiting and isinstance(made, Handoff))
        return made if isinstance(made, Handoff) else multiple()

    @rule(
        handoff=handoffs,
        how=st.sampled_from(["accept", "accept", "accept", "decline", "cancel"]),
        behind=BEHIND,
        killed=KILLED,
    )
    def answer(self, handoff: Handoff, how: str, behind: int, killed: int | None) -> None:
        waiting = Handoff.objects.open().filter(pk=handoff.pk).exists()
        at = self.now - timedelta(seconds=behind)
        to_home = how == "accept" and handoff.to_place.kind in HOME_KINDS
        case = Case.objects.get(pk=handoff.case_id)
        kept_out = to_home and observing.reasons_not_home(case, at)
        arrives = how == "accept" and handoff.to_place.kind in SITE_KINDS and not case.arrived_at
        never = arrives and refused(doubts(at, Way(case.expected_arrival_at), now=at))
        act = getattr(deepcopy(handoff), how)
        words: dict[str, Any] = {"reason": how}
        if how == "accept":
            words = {"commitment_signed": True, "arrived_at": at, "sure": True}

        answered = self.attempt(lambda: act(by=self.staff, now=at, **words), killed)

        if answered is not Killed:
            assert (answered is Conflict) == (not waiting or bool(kept_out) or never)
        if how == "accept" and answered not in (Killed, Conflict):
            assert holder_of(handoff.case) == handoff.to_place

    @rule(
        case=cases,
        slot=st.sampled_from(Slot.values),
        temperature=st.sampled_from(["36.5", "36.5", "38.4"]),
        killed=KILLED,
    )
    def measure(self, case: Case, slot: str, temperature: str, killed: int | None) -> None:
        observation, on = Observation.objects.current_of(case), beijing_date(self.now)
        if observation and rounds.has_slot(observation, on, slot):
            reading = rounds.Reading(observation=observation, temperature=Decimal(temperature))
            self.attempt(
                lambda: rounds.record([reading], on=on, slot=slot, by=self.staff, now=self.now),
                killed,
            )

    @rule(
        case=cases,
        room=st.sampled_from(["0801", "0801", "0802", "0803", ""]),
        reason=st.sampled_from(["", "a nurse"]),
        behind=BEHIND,
        killed=KILLED,
    )
    def lodge(self, case: Case, room: str, reason: str, behind: int, killed: int | None) -> None:
        at = self.now - timedelta(seconds=behind)
        self.attempt(
            lambda: lodging.lodge(
                deepcopy(case), room, by=self.staff, now=at, sharing_reason=reason
            ),
            killed,
        )

    @rule(room=st.sampled_from(["0801", "0802"]), killed=KILLED)
    def clean(self, room: str, killed: int | None) -> None:
        self.attempt(
            lambda: Room.objects.get(number=room).ready(by=self.staff, now=self.now), killed
        )

    @rule(case=cases)
    def wake_on_the_last_morning(self, case: Case) -> None:
        if Observation.objects.current_of(case):
            self.now = max(self.now, last_morning(case))
            self.settle_alerts(case)
            if beijing_date(self.now) == observation_of(case).release_on:
                self.measure(case, Slot.MORNING, "36.5", None)

    @rule(case=cases)
    def settle_alerts(self, case: Case) -> None:
        for alert in case.alerts.all():
            settled = bool(alert.resolved_at)
            result = self.attempt(
                lambda alert=alert: alert.resolve(Resolution.CONFIRMED, by=self.staff, now=self.now)
            )
            assert (result is Conflict) == settled

    @rule(case=cases, killed=KILLED)
    def release(self, case: Case, killed: int | None) -> None:
        self.attempt(lambda: releasing.release(deepcopy(case), by=self.staff, now=self.now), killed)

    @rule(case=cases, killed=KILLED)
    def take_the_release_back(self, case: Case, killed: int | None) -> None:
        self.attempt(
            lambda: correcting.take_back_release(
                deepcopy(case), by=self.staff, now=self.now, reason="another was meant"
            ),
            killed,
        )

    @rule(case=cases, degrees=st.sampled_from([None, "36.5", "38.5"]), killed=KILLED)
    def correct_the_last_check_in(
        self, case: Case, degrees: str | None, killed: int | None
    ) -> None:
        """Afterwards an open alert of the value is there if, and only if, it needs one."""
        last = CheckIn.objects.filter(observation__case=case).last()
        if last is None:
            return
        how: dict[str, Any] = {"by": self.staff, "now": self.now, "reason": "a slip"}
        result = self.attempt(
            lambda: (
                correcting.correct_checkin(last, temperature=Decimal(degrees), symptoms=[], **how)
                if degrees
                else correcting.remove_checkin(last, **how)
            ),
            killed,
        )
        if result is None:
            of_value = case.alerts.filter(checkin_id=last.pk, resolved_at=None)
            assert of_value.exists() is (degrees == "38.5")

    @rule(
        case=cases,
        outcome=st.sampled_from([each for each in CaseOutcome if each != CaseOutcome.RELEASED]),
        behind=BEHIND,
        killed=KILLED,
    )
    def close(self, case: Case, outcome: str, behind: int, killed: int | None) -> None:
        at = self.now - timedelta(seconds=behind)
        self.attempt(
            lambda: releasing.close(deepcopy(case), outcome, by=self.staff, now=at, note=""), killed
        )

    @rule(case=cases, killed=KILLED)
    def restart(self, case: Case, killed: int | None) -> None:
        self.attempt(
            lambda: observing.restart(
                deepcopy(case),
                now=self.now,
                last_contact_on=beijing_date(self.now) - timedelta(days=2),
                by=self.staff,
            ),
            killed,
        )

    @rule(killed=KILLED)
    def beat(self, killed: int | None) -> None:
        """The task of the minute, which may be delivered twice."""
        self.attempt(lambda: (planning.plan(self.now), planning.send(self.now)), killed)
        self.attempt(lambda: planning.send(self.now), killed)


def test_whatever_happens_the_rules_hold(db: None) -> None:
    run_state_machine_as_test(CaseLife, settings=HISTORIES)


def test_each_rule_finds_what_breaks_it(db: None, observed: Case) -> None:
    """The queries above are no good if they find nothing when there is something."""
    stranger = make_case()
    make_room()
    lodging.lodge(observed, "0812", by=make_user(), now=NOW + timedelta(hours=2))
    sql("SET session_replication_role = replica")  # no triggers, no foreign keys
    breaks = {
        "1": "DELETE FROM returnees_custody WHERE ended_at IS NULL",
        "2": "UPDATE returnees_custody SET started_at = started_at + interval '1 second'"
        " WHERE ended_at IS NULL",
        "3a": "UPDATE transfers_handoff SET status = 'offered', custody_id = NULL,"
        " closed_at = NULL, closed_by_id = NULL",
        "3b": "DELETE FROM transfers_handoff",
        "3c": "UPDATE returnees_custody SET offered_to_id = 1 WHERE ended_at IS NULL",
        "4a": "INSERT INTO returnees_checkin (observation_id, day, slot, temperature, method,"
        " symptoms, channel, taken_at, recorded_by_id)"
        " SELECT id, 14, 'evening', 36.5, 'axillary', '{}', 'staff', now(), 1"
        " FROM returnees_observation",
        "4d": "UPDATE returnees_observation SET slots_taken = '{28}'",
        "5": "UPDATE returnees_case SET closed_at = now(), outcome = 'released'",
        "7a": "DELETE FROM returnees_custody WHERE ended_at IS NULL",
        "7b": "UPDATE returnees_room SET state = 'cleaning'",
        "7c": "INSERT INTO returnees_roomstay (case_id, room_id, started_at, sharing_reason)"
        f" SELECT {stranger.pk}, room_id, started_at, '' FROM returnees_roomstay",
        "8": "SET CONSTRAINTS ALL IMMEDIATE;"
        " ALTER TABLE returnees_case DROP CONSTRAINT case_arrived_within_its_journey;"
        " UPDATE returnees_case SET arrived_at = '2019-03-20'",
        "6": "UPDATE pghistory_context SET metadata = '{}'",
    }

    found = {}
    for number, attack in breaks.items():
        with transaction.atomic():
            sql(attack)
            found[number] = [rule.split(".")[0] for rule, query in RULES.items() if sql(query)]
            transaction.set_rollback(True)

    sql("SET session_replication_role = origin")
    assert all(number in broken for number, broken in found.items()), found
