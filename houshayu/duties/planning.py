"""Planning whom to remind of what, and reminding them once.

Planning is one INSERT … SELECT for each duty; the unique constraint makes a second run of the
same minute find nothing to do. Whether a reminder is still needed when it goes out is the same
SELECT, asked again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from houshayu import telling
from houshayu.duties.asking import still_waiting
from houshayu.duties.declaring import Duty, Step, Waiting, every, get
from houshayu.models import Place, Reminder, ReminderStatus, Role, User
from houshayu.telling import Line, Members

PLAN = """
INSERT INTO houshayu_reminder (duty, step, about_id, occurrence, place_id, due_at, status)
SELECT %(duty)s, rung.step, about_id, occurrence, place_id, due_at, 'queued'
FROM ({waits}) AS waits CROSS JOIN (VALUES {ladder}) AS rung (step, after)
WHERE {narrowed} AND due_at <= %(latest)s
  AND due_at + rung.after <= %(now)s
  AND (rung.after >= interval '0' OR due_at > %(now)s)
ON CONFLICT DO NOTHING
RETURNING id
"""


def plan(now: datetime) -> int:
    """Write down every reminder whose moment has come; return how many are new."""
    with transaction.atomic():
        return sum(len(_plan(duty, now)) for duty in every())


def _plan(duty: Duty, now: datetime, abouts: Collection[int] | None = None) -> list[int]:
    """Write down the duty's reminders, of these rows or all; return the ids of the new ones."""
    values: dict[str, Any] = {
        "duty": duty.code,
        "now": now,
        "latest": now - duty.ladder[0].after,
        "abouts": list(abouts or ()),
        **duty.constants,
    }
    for number, step in enumerate(duty.ladder):
        values[f"after_{number}"] = step.after
    statement = PLAN.format(
        waits=duty.statement,
        ladder=", ".join(f"({n}, %(after_{n})s)" for n in range(len(duty.ladder))),
        narrowed="TRUE" if abouts is None else "about_id = ANY(%(abouts)s)",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [pk for (pk,) in cursor.fetchall()]


@transaction.atomic
def send(now: datetime, *, limit: int = 200) -> int:
    """Claim up to limit queued reminders and send them; return how many were claimed.

    Claim, lines and status are one transaction: a worker that dies has sent nothing, and two
    workers never hold the same reminder. A reminder of what was done meanwhile is cancelled.
    """
    queued = Reminder.objects.filter(status=ReminderStatus.QUEUED)
    claimed = list(queued.select_for_update(skip_locked=True).order_by("due_at", "pk")[:limit])
    _tell(claimed, now)
    return len(claimed)


@transaction.atomic
def remind_at_once(code: str, abouts: Collection[int], *, now: datetime) -> None:
    """Remind of these rows at once, without waiting for the next minute."""
    duty = get(code)
    assert duty is not None
    if not abouts:
        return
    _tell(list(Reminder.objects.filter(pk__in=_plan(duty, now, abouts))), now)


def waits_again(*codes: str, about: int) -> None:
    """What was done before its reminder left may be undone: it is planned anew if it waits again.

    A reminder that was sent stays sent; the day of its readers shows what waits.
    """
    cancelled = Reminder.objects.filter(status=ReminderStatus.CANCELLED, about_id=about)
    cancelled.filter(duty__in=codes).delete()


def plan_and_send(now: datetime) -> int:
    """Plan what is due and send all that is queued; return how many were claimed."""
    plan(now)
    sent = 0
    while batch := send(now):
        sent += batch
    return sent


Needed = list[tuple[Reminder, Step, Waiting]]


def _tell(reminders: list[Reminder], now: datetime) -> None:
    needed = _still_needed(reminders, now)
    people = _people(needed)
    telling.tell(
        (
            Line(
                kind=reminder.duty,
                place=waiting.place,
                key=f"{reminder.duty}:{reminder.step}:{reminder.about_id}:{reminder.occurrence}",
                text=partial(waiting.sentence, step),
                url=waiting.url,
                recipients=people(step, waiting),
                about_id=reminder.about_id,
                occurrence=reminder.occurrence,
            )
            for reminder, step, waiting in needed
        ),
        now=now,
    )
    sent = {reminder.pk for reminder, _step, _waiting in needed}
    Reminder.objects.filter(pk__in=sent).update(status=ReminderStatus.SENT, sent_at=now)
    if done := {reminder.pk for reminder in reminders} - sent:
        Reminder.objects.filter(pk__in=done).update(status=ReminderStatus.CANCELLED)


def _still_needed(reminders: list[Reminder], now: datetime) -> Needed:
    """The reminders of what still waits, each with its rung and the thing as it waits now."""
    by_duty: dict[str, list[Reminder]] = defaultdict(list)
    for reminder in reminders:
        by_duty[reminder.duty].append(reminder)
    needed: Needed = []
    for code, those in by_duty.items():
        if duty := get(code):
            waits = still_waiting(duty, {reminder.about_id for reminder in those}, now)
            for reminder in those:
                step = duty.ladder[reminder.step] if reminder.step < len(duty.ladder) else None
                waiting = waits.get((reminder.about_id, reminder.occurrence))
                if step and waiting and duty.notifies(step, waiting.due_at, now):
                    needed.append((reminder, step, waiting))
    return needed


def _people(needed: Needed) -> Callable[[Step, Waiting], list[User]]:
    """Whom to notify of each: if nobody there can act, the people above; always somebody."""
    others = Place.objects.in_bulk(
        {w.other_place_id for _r, step, w in needed if step.other_roles and w.other_place_id}
    )
    persons = User.objects.filter(is_active=True).in_bulk(
        {w.user_id for _r, _s, w in needed if w.user_id}
    )
    members = Members([*(waiting.place for _r, _s, waiting in needed), *others.values()])

    def people(step: Step, waiting: Waiting) -> list[User]:
        if waiting.user_id and step is waiting.duty.ladder[0]:
            found = [persons[waiting.user_id]] if waiting.user_id in persons else []
        else:
            found = members.over(waiting.place, step.roles)
        found = found or members.over(waiting.place, (Role.COORDINATOR,))
        if step.other_roles and (other := others.get(waiting.other_place_id or 0)):
            found += members.over(other, step.other_roles)
        return list(dict.fromkeys(found))

    return people
