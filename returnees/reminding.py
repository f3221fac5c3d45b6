"""Planning what somebody must be reminded of, and sending it once.

Planning is one INSERT … SELECT for each kind, over open rows only; the unique constraint makes a
second run of the same minute find nothing to do. transfers adds its own kinds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext, override

from houshayu.calendar import BEIJING
from houshayu.models import Message, Role, User
from policy import Slot
from policy.days import MISSED_AFTER, RELEASE_FROM, WINDOWS
from returnees.alerting import mail_status_for, members_over
from returnees.models import (
    CheckIn,
    Custody,
    LabTest,
    Reminder,
    ReminderKind,
    ReminderStatus,
)

# Who must act on a reminder: those at the place itself, and who is told besides.
WORKERS = (Role.COMMUNITY_WORKER, Role.HOTEL_STAFF, Role.TRANSFER_TEAM)
ESCALATED = (*WORKERS, Role.COORDINATOR)
TOLD = {
    ReminderKind.CHECKIN_MISSING: WORKERS,
    ReminderKind.MISSED_TWICE: (Role.COORDINATOR,),
    ReminderKind.TEST_DUE: (*WORKERS, Role.MEDICAL_MEMBER),
    ReminderKind.HANDOFF_WAITING: WORKERS,
    ReminderKind.HANDOFF_OVERDUE: ESCALATED,
    ReminderKind.DAY_14_NEAR: WORKERS,
    ReminderKind.RELEASE_DUE: WORKERS,
    ReminderKind.NOT_ARRIVED: ESCALATED,
}

NOT_ARRIVED_AFTER = timedelta(hours=6)

INSERT = """
INSERT INTO returnees_reminder
    (kind, case_id, place_id, observation_id, day, slot, about, due_at, status)
"""
ONCE = " ON CONFLICT DO NOTHING"
HELD = """
    JOIN returnees_custody held ON held.case_id = observed.case_id AND held.ended_at IS NULL
"""
LOCAL_NOW = "(%(now)s AT TIME ZONE 'Asia/Shanghai')"

# A slot is missing two hours after its window closed. Only today and yesterday are looked at:
# an older gap was reminded of when it was young. What was missed before the case's last
# observation ended was that one's to remind of.
CHECKIN_MISSING = f"""
{INSERT}
SELECT 'checkin_missing', observed.case_id, held.place_id, observed.id,
       slots.on_day - observed.started_on, slots.slot, NULL::bigint,
       slots.missed_at AT TIME ZONE 'Asia/Shanghai', 'queued'
FROM returnees_observation observed {HELD}
CROSS JOIN LATERAL (
    SELECT on_day, slot, on_day + closes + %(grace)s AS missed_at
    FROM (VALUES ({LOCAL_NOW}::date), ({LOCAL_NOW}::date - 1)) AS days (on_day),
         (VALUES ('morning', %(morning)s::time), ('evening', %(evening)s::time))
             AS windows (slot, closes)
) AS slots
WHERE observed.ended_at IS NULL
  AND slots.missed_at <= {LOCAL_NOW}
  AND slots.on_day >= observed.started_on + CASE slots.slot WHEN 'morning' THEN 1 ELSE 0 END
  AND slots.on_day <= observed.release_on - CASE slots.slot WHEN 'morning' THEN 0 ELSE 1 END
  AND NOT EXISTS (
      SELECT 1 FROM returnees_checkin taken
      WHERE taken.observation_id = observed.id
        AND taken.day = slots.on_day - observed.started_on AND taken.slot = slots.slot
  )
  AND slots.missed_at AT TIME ZONE 'Asia/Shanghai' > coalesce((
      SELECT max(before.ended_at) FROM returnees_observation before
      WHERE before.case_id = observed.case_id
  ), '-infinity')
{ONCE}
"""
# Somebody must call, then go to the door (domain rules, 2.4). The workers were reminded of each.
MISSED_TWICE = f"""
{INSERT}
SELECT 'missed_twice', missed.case_id, missed.place_id, missed.observation_id,
       missed.day, missed.slot, NULL::bigint, missed.due_at, 'queued'
FROM returnees_reminder missed
    JOIN returnees_reminder before ON before.case_id = missed.case_id
        AND before.observation_id = missed.observation_id AND before.kind = missed.kind
        AND before.slot = CASE missed.slot WHEN 'evening' THEN 'morning' ELSE 'evening' END
        AND before.day = missed.day - CASE missed.slot WHEN 'morning' THEN 1 ELSE 0 END
WHERE missed.kind = 'checkin_missing' AND missed.status = 'queued'
  AND NOT EXISTS (
      SELECT 1 FROM returnees_checkin taken
      WHERE taken.observation_id = before.observation_id
        AND taken.day = before.day AND taken.slot = before.slot
  )
{ONCE}
"""
TEST_DUE = f"""
{INSERT}
SELECT 'test_due', observed.case_id, held.place_id, observed.id,
       test.due_on - observed.started_on, '', test.id,
       (test.due_on + %(day_begins)s::time) AT TIME ZONE 'Asia/Shanghai', 'queued'
FROM returnees_labtest test
    JOIN returnees_observation observed ON observed.id = test.observation_id {HELD}
WHERE test.result = 'pending' AND test.sampled_at IS NULL AND observed.ended_at IS NULL
  AND test.due_on + %(day_begins)s::time <= {LOCAL_NOW}
{ONCE}
"""
DAY_14_NEAR = f"""
{INSERT}
SELECT 'day_14_near', observed.case_id, held.place_id, observed.id, observed.days, '',
       NULL::bigint,
       (observed.release_on - 1 + %(day_begins)s::time) AT TIME ZONE 'Asia/Shanghai', 'queued'
FROM returnees_observation observed {HELD}
WHERE observed.ended_at IS NULL
  AND observed.release_on - 1 + %(day_begins)s::time <= {LOCAL_NOW}
  AND observed.release_on > {LOCAL_NOW}::date
{ONCE}
"""
RELEASE_DUE = f"""
{INSERT}
SELECT 'release_due', observed.case_id, held.place_id, observed.id, observed.days, '',
       NULL::bigint,
       (observed.release_on + %(day_begins)s::time) AT TIME ZONE 'Asia/Shanghai', 'queued'
FROM returnees_observation observed {HELD}
WHERE observed.ended_at IS NULL
  AND observed.release_on + %(day_begins)s::time <= {LOCAL_NOW}
{ONCE}
"""
# About the minute of the expected arrival: a flight put off is waited for anew.
NOT_ARRIVED = f"""
{INSERT}
SELECT 'not_arrived', expected.id, held.place_id, NULL::bigint, NULL::smallint, '',
       extract(epoch FROM expected.expected_arrival_at)::bigint / 60,
       expected.expected_arrival_at + %(arrived_within)s, 'queued'
FROM returnees_case expected
    JOIN returnees_custody held ON held.case_id = expected.id AND held.ended_at IS NULL
WHERE expected.closed_at IS NULL AND expected.arrived_at IS NULL
  AND expected.expected_arrival_at + %(arrived_within)s <= %(now)s
{ONCE}
"""
STATEMENTS = [CHECKIN_MISSING, MISSED_TWICE, TEST_DUE, DAY_14_NEAR, RELEASE_DUE, NOT_ARRIVED]

Planner = Callable[[datetime], int]
PLANNERS: list[Planner] = []


def plan(now: datetime) -> int:
    """Write down every reminder whose moment has come; return how many are new."""
    return sum(planner(now) for planner in PLANNERS)


def insert_each(statements: list[str], now: datetime) -> int:
    """Run planning statements in one transaction; return how many reminders are new."""
    values: dict[str, Any] = {
        "now": now,
        "grace": MISSED_AFTER,
        "morning": WINDOWS["morning"][1],
        "evening": WINDOWS["evening"][1],
        "day_begins": RELEASE_FROM,
        "arrived_within": NOT_ARRIVED_AFTER,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        new = 0
        for statement in statements:
            cursor.execute(statement, values)
            new += cursor.rowcount
    return new


def _plan_observation(now: datetime) -> int:
    return insert_each(STATEMENTS, now)


PLANNERS.append(_plan_observation)


@transaction.atomic
def send(now: datetime, *, limit: int = 200) -> int:
    """Claim up to limit queued reminders and put them into inboxes; return how many.

    Claim, messages and status are one transaction: a worker that dies has sent nothing, and two
    workers never hold the same reminder. One of what was done meanwhile is cancelled.
    """
    claimed = list(
        Reminder.objects.filter(status=ReminderStatus.QUEUED)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("case", "place", "observation")
        .order_by("due_at", "pk")[:limit]
    )
    needed = _still_needed(claimed)
    told = _people_told(needed)
    Message.objects.deliver(
        _message(reminder, user, now) for reminder in needed for user in told(reminder)
    )
    Reminder.objects.filter(pk__in=[r.pk for r in needed]).update(
        status=ReminderStatus.SENT, sent_at=now
    )
    Reminder.objects.filter(pk__in={r.pk for r in claimed} - {r.pk for r in needed}).update(
        status=ReminderStatus.CANCELLED
    )
    return len(claimed)


def _people_told(reminders: list[Reminder]) -> Callable[[Reminder], list[User]]:
    """Whom each of the reminders goes to.

    Where nobody works who must act, those above are told: no reminder goes to nobody. Of an
    overdue handoff the sender hears too, who holds the case until it is accepted.
    """
    # Many reminders go to the few people of few places.
    over = cache(members_over)
    late = {r.case_id for r in reminders if r.kind == ReminderKind.HANDOFF_OVERDUE}
    custodies = Custody.objects.open().filter(case__in=late).select_related("place")
    senders = {custody.case_id: custody.place for custody in custodies} if late else {}

    def told(reminder: Reminder) -> list[User]:
        kind = ReminderKind(reminder.kind)
        people = over(reminder.place, TOLD[kind]) or over(reminder.place, (Role.COORDINATOR,))
        if kind == ReminderKind.HANDOFF_OVERDUE and (sender := senders.get(reminder.case_id)):
            people = list({*people, *over(sender, WORKERS)})
        return people

    return told


def _still_needed(claimed: list[Reminder]) -> list[Reminder]:
    """Those of what nobody has done, answered or ended since they were planned."""
    abouts = {reminder.about for reminder in claimed if reminder.about is not None}
    checked = set(
        CheckIn.objects.filter(
            observation__in={r.observation_id for r in claimed},
            day__in={day for r in claimed if r.day is not None for day in (r.day - 1, r.day)},
        ).values_list("observation", "day", "slot")
    )
    sampled = set(
        LabTest.objects.filter(pk__in=abouts, sampled_at__isnull=False).values_list("pk", flat=True)
    )
    waiting = set(
        Custody.objects.open()
        .filter(case__in={r.case_id for r in claimed}, offered_to__isnull=False)
        .values_list("case_id", flat=True)
    )

    def is_needed(reminder: Reminder) -> bool:
        if reminder.case.closed_at or (reminder.observation and reminder.observation.ended_at):
            return False
        if reminder.kind == ReminderKind.CHECKIN_MISSING:
            return (reminder.observation_id, reminder.day, reminder.slot) not in checked
        if reminder.kind == ReminderKind.MISSED_TWICE:
            assert reminder.day is not None
            evening = reminder.slot == Slot.EVENING
            before = (reminder.day - (not evening), Slot.MORNING if evening else Slot.EVENING)
            return not checked & {
                (reminder.observation_id, reminder.day, reminder.slot),
                (reminder.observation_id, *before),
            }
        if reminder.kind == ReminderKind.TEST_DUE:
            return reminder.about not in sampled
        if reminder.kind in (ReminderKind.HANDOFF_WAITING, ReminderKind.HANDOFF_OVERDUE):
            return reminder.case_id in waiting
        if reminder.kind == ReminderKind.NOT_ARRIVED:
            return not reminder.case.arrived_at and (
                reminder.case.expected_arrival_at + NOT_ARRIVED_AFTER == reminder.due_at
            )
        return True

    return [reminder for reminder in claimed if is_needed(reminder)]


def _message(reminder: Reminder, user: User, now: datetime) -> Message:
    with override(user.language):
        return Message(
            recipient=user,
            key=f"reminder:{reminder.pk}",
            subject=subject(reminder),
            url=reminder.case.get_absolute_url(),
            created_at=now,
            mail_status=mail_status_for(user),
        )


def subject(reminder: Reminder) -> str:
    """The reminder in one line, in the language that is active."""
    values = {
        "number": reminder.case.number,
        "place": str(reminder.place),
        "day": reminder.day,
        "slot": reminder.get_slot_display() if reminder.slot else "",
        "time": date_format(reminder.due_at.astimezone(BEIJING), "SHORT_DATETIME_FORMAT"),
    }
    sentences = {
        ReminderKind.CHECKIN_MISSING: gettext(
            "Check-in missing: %(number)s, day %(day)s, %(slot)s, %(place)s"
        ),
        ReminderKind.MISSED_TWICE: gettext(
            "Two check-ins missed in a row: %(number)s, day %(day)s, %(slot)s, %(place)s"
        ),
        ReminderKind.TEST_DUE: gettext("Test due: %(number)s, day %(day)s, %(place)s"),
        ReminderKind.HANDOFF_WAITING: gettext(
            "Handoff waits for an answer: %(number)s to %(place)s"
        ),
        ReminderKind.HANDOFF_OVERDUE: gettext(
            "Handoff not answered in time: %(number)s to %(place)s, due %(time)s"
        ),
        ReminderKind.DAY_14_NEAR: gettext("Last day tomorrow: %(number)s, %(place)s"),
        ReminderKind.RELEASE_DUE: gettext("Release due today: %(number)s, %(place)s"),
        ReminderKind.NOT_ARRIVED: gettext(
            "Expected and not arrived: %(number)s, registered at %(place)s"
        ),
    }
    return sentences[ReminderKind(reminder.kind)] % values
