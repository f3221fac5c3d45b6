"""What of a case waits for somebody: its arrival, check-ins, tests, alerts, and its release."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from houshayu.duties import Duty, Step, Waiting
from houshayu.kinds import Kind
from houshayu.models import Role
from policy import Slot
from policy.days import MISSED_AFTER, RELEASE_FROM, WINDOWS
from returnees.alerting import NOTIFIED, WITHDRAWN
from returnees.models import AlertKind
from returnees.models.attempts import MISSING_AFTER
from returnees.placing import HUB_WITHIN
from returnees.waits import (
    ASSESSMENT,
    HELD,
    LOCAL_TODAY,
    MISPLACED,
    MISSING,
    NOBODY_ELSE,
    NOT_REACHED,
    NUMBER,
    ROOM,
    UNMEASURED,
)

WORKERS = (Role.COMMUNITY_WORKER, Role.HOTEL_STAFF, Role.TRANSFER_TEAM)
ESCALATED = (*WORKERS, Role.COORDINATOR)
# Day and night somebody is on duty, who sees to what nobody did.
EVERYBODY = (*ESCALATED, Role.DUTY_OFFICER)
AT_ONCE = timedelta(0)
NOT_ARRIVED_AFTER = timedelta(hours=6)
ANNOUNCED = timedelta(hours=-24)
# Within this time from the arrival in a hotel everybody has a room.
ROOM_WITHIN = timedelta(hours=1)
RESULT_WITHIN = timedelta(hours=24)
UNMEASURED_DAYS = 2


class TestStep(TextChoices):
    """What a nucleic acid test waits for."""

    __test__ = False  # no test of pytest's

    SAMPLE = "sample", _("Test due")
    RESULT = "result", _("Test result due")


def _closes(back: int, slot: Slot) -> str:
    """When the window of the slot closes, so many days before today."""
    return f"({LOCAL_TODAY} - {back} + %({slot})s::time) AT TIME ZONE 'Asia/Shanghai'"


# Only today and yesterday are looked at: an older gap was reminded of when it was young. Slots
# are numbered as policy_slot_number has them, so that the one before is one less. They are counted
# from each observation, so that Postgres reads the observations once and not for each slot.
FIRST = f"(2 * ({LOCAL_TODAY} - 1 - observed.started_on))"
CLOSES = [_closes(2, Slot.EVENING), *(_closes(back, slot) for back in (1, 0) for slot in Slot)]
DUE_AT = f"(ARRAY[{', '.join(CLOSES)}])[number - {FIRST} + {{place}}]"
SLOTS = f"""
    FROM returnees_observation observed {HELD}
    CROSS JOIN LATERAL (
        SELECT number, number >> 1 AS day,
               CASE number & 1 WHEN 0 THEN '{Slot.MORNING}' ELSE '{Slot.EVENING}' END AS slot,
               {DUE_AT.format(place=2)} AS due_at, {DUE_AT.format(place=1)} AS due_before
        FROM generate_series({FIRST}, {FIRST} + 3) AS numbers (number)
    ) AS slots
"""
# What counts as missed before the case's last observation ended was that one's to remind of. Few
# ended of late, so that they are looked through once for all; the others need no look-up.
NOT_CHECKED = f"""
    policy_slot_exists({{number}}, observed.days) AND {{number}} <> ALL (observed.slots_taken)
    AND (observed.case_id NOT IN (
        SELECT case_id FROM returnees_observation
        WHERE ended_at >= ({LOCAL_TODAY} - 2)::timestamp AT TIME ZONE 'Asia/Shanghai'
    ) OR NOT EXISTS (
        SELECT 1 FROM returnees_observation before
        WHERE before.case_id = observed.case_id AND before.ended_at >= {{due_at}} + %(grace)s
    ))
"""
THIS = NOT_CHECKED.format(number="slots.number", due_at="slots.due_at")
BEFORE = NOT_CHECKED.format(number="slots.number - 1", due_at="slots.due_before")
SLOT_PARAMS = {
    "morning": WINDOWS[Slot.MORNING][1],
    "evening": WINDOWS[Slot.EVENING][1],
    "grace": MISSED_AFTER,
}
CHECKIN = f"""
SELECT observed.case_id AS about_id, concat_ws(':', observed.id, slots.day, slots.slot)
           AS occurrence,
       held.place_id, {NOBODY_ELSE}, slots.due_at,
       jsonb_build_object('number', {NUMBER}, 'day', slots.day, 'slot', slots.slot,
                          'on', observed.started_on + slots.day) AS says
{SLOTS}
WHERE observed.ended_at IS NULL AND {THIS}
"""
# Somebody must call, then go to the door (domain rules, 2.4). The workers were reminded of each.
MISSED_TWICE = f"""
SELECT observed.case_id AS about_id, concat_ws(':', observed.id, slots.day, slots.slot)
           AS occurrence,
       held.place_id, {NOBODY_ELSE}, slots.due_at + %(grace)s AS due_at,
       jsonb_build_object('number', {NUMBER}, 'day', slots.day, 'slot', slots.slot) AS says
{SLOTS}
WHERE observed.ended_at IS NULL AND slots.due_at + %(grace)s <= %(now)s AND {THIS} AND {BEFORE}
"""
# Taken, it waits for its result.
TEST = f"""
SELECT test.id AS about_id,
       CASE WHEN test.sampled_at IS NULL THEN '' ELSE 'result' END AS occurrence,
       held.place_id, {NOBODY_ELSE},
       coalesce(test.sampled_at + %(result_within)s,
                (test.due_on + %(day_begins)s::time) AT TIME ZONE 'Asia/Shanghai') AS due_at,
       jsonb_build_object('number', {NUMBER}, 'day', test.due_on - observed.started_on,
                          'step', CASE WHEN test.sampled_at IS NULL THEN '{TestStep.SAMPLE}'
                                       ELSE '{TestStep.RESULT}' END) AS says
FROM returnees_labtest test
    JOIN returnees_observation observed ON observed.id = test.observation_id {HELD}
WHERE test.result = 'pending' AND observed.ended_at IS NULL
"""
RELEASE = f"""
SELECT observed.case_id AS about_id, observed.id::text AS occurrence, held.place_id, {NOBODY_ELSE},
       (observed.release_on + %(day_begins)s::time) AT TIME ZONE 'Asia/Shanghai' AS due_at,
       jsonb_build_object('number', {NUMBER}) AS says
FROM returnees_observation observed {HELD}
WHERE observed.ended_at IS NULL
"""
# Distinguished by the minute of the expected arrival: a flight put off is waited for anew.
ARRIVAL = f"""
SELECT expected.id AS about_id,
       (extract(epoch FROM expected.expected_arrival_at)::bigint / 60)::text AS occurrence,
       held.place_id, {NOBODY_ELSE}, expected.expected_arrival_at AS due_at,
       jsonb_build_object('number', expected.number) AS says
FROM returnees_case expected
    JOIN returnees_custody held ON held.case_id = expected.id AND held.ended_at IS NULL
WHERE expected.closed_at IS NULL AND expected.arrived_at IS NULL
"""
ALERT = f"""
SELECT raised.id AS about_id, '' AS occurrence, held.place_id, {NOBODY_ELSE},
       raised.raised_at AS due_at,
       jsonb_build_object(
           'number', (SELECT number FROM returnees_case WHERE id = raised.case_id),
           'kind', raised.kind, 'is_seen', raised.acknowledged_at IS NOT NULL) AS says
FROM returnees_alert raised
    JOIN returnees_custody held ON held.case_id = raised.case_id AND held.ended_at IS NULL
WHERE raised.resolved_at IS NULL
"""


def _case_url(waiting: Waiting) -> str:
    return reverse("returnees:case_detail", args=[waiting.says["number"]])


def _round_url(waiting: Waiting) -> str:
    says = waiting.says
    chosen = {"place": waiting.place.pk, "on": says["on"], "slot": says["slot"]}
    return f"{reverse('returnees:round')}?{urlencode(chosen | {'only_missing': 'on'})}"


def _alert_url(waiting: Waiting) -> str:
    return f"{reverse('returnees:alert_list')}#alert-{waiting.about_id}"


def _room_url(waiting: Waiting) -> str:
    return reverse("returnees:case_room", args=[waiting.says["number"]])


def _assess_url(waiting: Waiting) -> str:
    return reverse("returnees:case_assess", args=[waiting.says["number"]])


def _late_url(code: str) -> Callable[[], str]:
    """The list of the cases of which the duty is late."""
    return lambda: f"{reverse('returnees:case_list')}?{urlencode({'late': code})}"


NOT_ARRIVED = _("Expected but not arrived: %(number)s, registered at %(place)s")
OVERDUE = _("Overdue for release: %(number)s, %(place)s")

DUTIES = [
    Duty(
        code="alert",
        label=_("Alert"),
        heading=_("Open alerts"),
        sentence=_("%(kind)s: case %(number)s at %(place)s"),
        about="returnees.alert",
        waits=ALERT,
        ladder=(Step(after=AT_ONCE, roles=NOTIFIED),),
        permission="returnees.handle_alert",
        url=_alert_url,
        list_url=lambda: reverse("returnees:alert_list"),
        act="returnees/_duty_alert.html",
        urgent=True,
        choices={"kind": AlertKind},
    ),
    Duty(
        code="missed_twice",
        label=_("Two check-ins missed in a row"),
        heading=_("Two check-ins missed in a row"),
        sentence=_("Two check-ins missed in a row: %(number)s, day %(day)s, %(slot)s, %(place)s"),
        about="returnees.case",
        waits=MISSED_TWICE,
        ladder=(Step(after=AT_ONCE, roles=(Role.COORDINATOR,)),),
        permission="returnees.record_checkin",
        url=_case_url,
        urgent=True,
        params=SLOT_PARAMS,
        choices={"slot": Slot},
    ),
    Duty(
        code="arrival",
        label=_("Expected but not arrived"),
        heading=_("Expected arrivals"),
        sentence=_("Expected: %(number)s, %(time)s, registered at %(place)s"),
        about="returnees.case",
        waits=ARRIVAL,
        ladder=(
            Step(
                after=NOT_ARRIVED_AFTER,
                roles=ESCALATED,
                sentence=NOT_ARRIVED,
            ),
            Step(after=timedelta(days=1), roles=EVERYBODY, sentence=NOT_ARRIVED),
        ),
        permission="returnees.change_case",
        url=_case_url,
        act="returnees/_duty_arrival.html",
    ),
    Duty(
        code="room",
        label=_("Without a room"),
        heading=_("People without a room"),
        sentence=_("%(number)s needs a room at %(place)s"),
        about="returnees.case",
        waits=ROOM,
        ladder=(
            Step(after=AT_ONCE, roles=(Role.HOTEL_STAFF,)),
            Step(after=timedelta(hours=2), roles=(Role.HOTEL_STAFF, Role.COORDINATOR)),
        ),
        permission="returnees.lodge_case",
        url=_room_url,
        list_url=lambda: f"{reverse('returnees:case_list')}?room=false",
        act="returnees/_duty_room.html",
        params={"within": ROOM_WITHIN},
    ),
    Duty(
        code="checkin",
        label=_("Check-in missing"),
        heading=_("Check-ins"),
        sentence=_("Check-in: %(number)s, day %(day)s, %(slot)s, %(place)s"),
        about="returnees.case",
        waits=CHECKIN,
        ladder=(
            Step(
                after=MISSED_AFTER,
                roles=WORKERS,
                sentence=_("Check-in missing: %(number)s, day %(day)s, %(slot)s, %(place)s"),
            ),
        ),
        permission="returnees.record_checkin",
        url=_round_url,
        list_url=lambda: reverse("returnees:round"),
        params=SLOT_PARAMS,
        choices={"slot": Slot},
    ),
    Duty(
        code="test",
        label=_("Test due"),
        heading=_("Nucleic acid tests"),
        sentence=_("%(step)s: %(number)s, day %(day)s, %(place)s"),
        about="returnees.labtest",
        waits=TEST,
        ladder=(
            Step(after=AT_ONCE, roles=(*WORKERS, Role.MEDICAL_MEMBER)),
            Step(after=timedelta(days=1), roles=(*ESCALATED, Role.MEDICAL_MEMBER)),
            Step(after=timedelta(days=2), roles=(*EVERYBODY, Role.MEDICAL_MEMBER)),
        ),
        permission="returnees.record_labtest",
        url=_case_url,
        act="returnees/_duty_test.html",
        params={"day_begins": RELEASE_FROM, "result_within": RESULT_WITHIN},
        choices={"step": TestStep},
    ),
    Duty(
        code="assessment",
        label=_("Assessment due"),
        heading=_("Requests for home observation"),
        sentence=_("Home observation to be assessed: %(number)s at %(place)s"),
        about="returnees.case",
        waits=ASSESSMENT,
        ladder=(Step(after=AT_ONCE, roles=(Role.COMMUNITY_WORKER, Role.MEDICAL_MEMBER)),),
        permission="returnees.assess_observation",
        url=_assess_url,
    ),
    Duty(
        code="release",
        label=_("Release due"),
        heading=_("Releases"),
        sentence=_("Release due today: %(number)s, %(place)s"),
        about="returnees.case",
        waits=RELEASE,
        ladder=(
            Step(
                after=ANNOUNCED,
                roles=WORKERS,
                sentence=_("Last day tomorrow: %(number)s, %(place)s"),
            ),
            Step(after=AT_ONCE, roles=WORKERS),
            Step(after=timedelta(days=1), roles=ESCALATED, sentence=OVERDUE),
            Step(after=timedelta(days=2), roles=EVERYBODY, sentence=OVERDUE),
        ),
        permission="returnees.release_case",
        url=_case_url,
        params={"day_begins": RELEASE_FROM},
    ),
    Duty(
        code="misplaced",
        label=_("Not where the observation may be"),
        heading=_("Not where their observation may be"),
        sentence=_("Must be handed over: %(number)s may not stay at %(place)s"),
        about="returnees.case",
        waits=MISPLACED,
        ladder=(
            Step(after=AT_ONCE, roles=WORKERS),
            Step(after=timedelta(hours=2), roles=ESCALATED),
            Step(after=timedelta(hours=6), roles=EVERYBODY),
        ),
        permission="returnees.change_case",
        url=_case_url,
        list_url=_late_url("misplaced"),
        params={"hub_within": HUB_WITHIN},
        urgent=True,
    ),
    Duty(
        code="unmeasured",
        label=_("Unmeasured for two days"),
        heading=_("Unmeasured for two days"),
        sentence=_("Unmeasured for two days: %(number)s, %(place)s"),
        about="returnees.case",
        waits=UNMEASURED,
        ladder=(
            Step(after=AT_ONCE, roles=WORKERS),
            Step(after=timedelta(hours=4), roles=ESCALATED),
            Step(after=timedelta(days=1), roles=EVERYBODY),
        ),
        permission="returnees.record_checkin",
        url=_case_url,
        list_url=_late_url("unmeasured"),
        params={"days": UNMEASURED_DAYS, "evening": WINDOWS[Slot.EVENING][1]},
    ),
    Duty(
        code="not_reached",
        label=_("Not reached"),
        heading=_("People not reached"),
        sentence=_("Not reached, try again: %(number)s, %(place)s"),
        about="returnees.case",
        waits=NOT_REACHED,
        ladder=(
            Step(after=AT_ONCE, roles=WORKERS),
            Step(after=timedelta(hours=2), roles=ESCALATED),
            Step(after=timedelta(days=1), roles=EVERYBODY),
        ),
        permission="returnees.record_checkin",
        url=lambda waiting: reverse("returnees:case_attempt", args=[waiting.says["number"]]),
        list_url=_late_url("not_reached"),
    ),
    Duty(
        code="missing",
        label=_("Missing"),
        heading=_("Missing people"),
        sentence=_("Missing: nobody has reached %(number)s for a day, %(place)s"),
        about="returnees.case",
        waits=MISSING,
        ladder=(Step(after=AT_ONCE, roles=EVERYBODY),),
        permission="returnees.record_checkin",
        url=_case_url,
        list_url=_late_url("missing"),
        params={"missing_after": MISSING_AFTER},
        urgent=True,
    ),
]
KINDS = [Kind(code=WITHDRAWN, label=_("Alert withdrawn"), urgent=True)]
