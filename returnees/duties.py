"""What of a case waits for somebody: its arrival, check-ins, tests, alerts, and its release."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from houshayu.duties import Duty, Step, Waiting
from houshayu.kinds import Kind
from houshayu.models import Role
from policy import Slot
from policy.days import MISSED_AFTER, RELEASE_FROM, WINDOWS
from returnees.alerting import NOTIFIED, WITHDRAWN
from returnees.models import AlertKind

WORKERS = (Role.COMMUNITY_WORKER, Role.HOTEL_STAFF, Role.TRANSFER_TEAM)
ESCALATED = (*WORKERS, Role.COORDINATOR)
AT_ONCE = timedelta(0)
NOT_ARRIVED_AFTER = timedelta(hours=6)
ANNOUNCED = timedelta(hours=-24)

HELD = """
    JOIN returnees_custody held ON held.case_id = observed.case_id AND held.ended_at IS NULL
"""
NUMBER = "(SELECT number FROM returnees_case WHERE id = observed.case_id)"
NOBODY_ELSE = "NULL::bigint AS other_place_id, NULL::bigint AS user_id"
LOCAL_TODAY = "(%(now)s AT TIME ZONE 'Asia/Shanghai')::date"


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
TEST = f"""
SELECT test.id AS about_id, '' AS occurrence, held.place_id, {NOBODY_ELSE},
       (test.due_on + %(day_begins)s::time) AT TIME ZONE 'Asia/Shanghai' AS due_at,
       jsonb_build_object('number', {NUMBER}, 'day', test.due_on - observed.started_on) AS says
FROM returnees_labtest test
    JOIN returnees_observation observed ON observed.id = test.observation_id {HELD}
WHERE test.result = 'pending' AND test.sampled_at IS NULL AND observed.ended_at IS NULL
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
# Before the person arrives it should be known where they go. What is asked for after the
# observation is over decides nothing.
ASSESSMENT = f"""
SELECT asked.case_id AS about_id, '' AS occurrence, held.place_id, {NOBODY_ELSE},
       coalesce(waiting.arrived_at, waiting.expected_arrival_at) AS due_at,
       jsonb_build_object('number', waiting.number) AS says
FROM returnees_case waiting
    JOIN returnees_observationrequest asked ON asked.case_id = waiting.id
    JOIN returnees_custody held ON held.case_id = waiting.id AND held.ended_at IS NULL
WHERE waiting.closed_at IS NULL AND asked.requested_mode = 'home'
  AND asked.assessment_result = 'pending'
"""


def _case_url(waiting: Waiting) -> str:
    return reverse("returnees:case_detail", args=[waiting.says["number"]])


def _round_url(waiting: Waiting) -> str:
    says = waiting.says
    chosen = {"place": waiting.place.pk, "on": says["on"], "slot": says["slot"]}
    return f"{reverse('returnees:round')}?{urlencode(chosen | {'only_missing': 'on'})}"


def _alert_url(waiting: Waiting) -> str:
    return f"{reverse('returnees:alert_list')}#alert-{waiting.about_id}"


def _assess_url(waiting: Waiting) -> str:
    return reverse("returnees:case_assess", args=[waiting.says["number"]])


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
                sentence=_("Expected but not arrived: %(number)s, registered at %(place)s"),
            ),
        ),
        permission="returnees.change_case",
        url=_case_url,
        act="returnees/_duty_arrival.html",
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
        sentence=_("Test due: %(number)s, day %(day)s, %(place)s"),
        about="returnees.labtest",
        waits=TEST,
        ladder=(Step(after=AT_ONCE, roles=(*WORKERS, Role.MEDICAL_MEMBER)),),
        permission="returnees.record_labtest",
        url=_case_url,
        act="returnees/_duty_test.html",
        params={"day_begins": RELEASE_FROM},
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
        ),
        permission="returnees.release_case",
        url=_case_url,
        params={"day_begins": RELEASE_FROM},
    ),
]
KINDS = [Kind(code=WITHDRAWN, label=_("Alert withdrawn"), urgent=True)]
