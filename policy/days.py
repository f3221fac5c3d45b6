"""Counting observation days: calendar days in Asia/Shanghai, the day of arrival being day 0.

Two published cases fix the count: guests who arrived on 13 March 2020 were released on the
27th, and a student who arrived on the 16th at 09:00 on the 30th.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import BooleanField, Func, SmallIntegerField, Value
from django.db.models.expressions import Combinable

from houshayu.calendar import BEIJING
from policy.vocabulary import Slot

# Guideline of 5 February 2020: twice a day. The hours were not published; these are a default.
WINDOWS: dict[str, tuple[time, time]] = {
    Slot.MORNING: (time(7), time(10)),
    Slot.EVENING: (time(15), time(18)),
}
# Until then staff take the morning's check-ins, from then on the evening's.
EVENING_FROM = time(13)
MISSED_AFTER = timedelta(hours=2)
RELEASE_FROM = time(8)


def day_number(started_on: date, on: date) -> int:
    """Which day of an observation the date is; negative before it starts."""
    return (on - started_on).days


def release_on(started_on: date, days: int) -> date:
    """The last day, on which the person is released."""
    return started_on + timedelta(days=days)


def release_at(started_on: date, days: int) -> datetime:
    """From when on the release day the person may leave; aware, Asia/Shanghai."""
    return datetime.combine(release_on(started_on, days), RELEASE_FROM, BEIJING)


def day_zero_after_contact(started_on: date, last_contact_on: date) -> date:
    """Day 0 for somebody who became a close contact: the count never gets shorter by it."""
    return max(started_on, last_contact_on)


def slots_of(day: int, days: int) -> tuple[Slot, ...]:
    """The check-ins due on one day of an observation of so many days.

    Day 0 has its evening and the last day its morning: 28 for fourteen days. The database says
    the same by the function of slot_exists.
    """
    if not 0 <= day <= days:
        return ()
    if day == 0:
        return (Slot.EVENING,)
    if day == days:
        return (Slot.MORNING,)
    return (Slot.MORNING, Slot.EVENING)


def slot_exists(day: Combinable, days: Combinable, slot: str) -> Func:
    """The rule of slots_of, for a query: whether such a day of so many days has the slot."""
    return Func(
        day,
        days,
        Value(slot),
        function="policy_slot_exists",
        output_field=BooleanField(),
    )


def slot_in(taken: str | Combinable, day: Combinable, slot: str) -> Func:
    """Whether the slots taken have the slot of a day, for a query.

    taken: Observation.slots_taken, which holds a number for each as policy_slot_number counts.
    """
    return Func(taken, day, Value(slot), function="policy_slot_in", output_field=BooleanField())


def days_between(on: date, started_on: Combinable) -> Func:
    """The rule of day_number, for a query."""
    # Django makes an interval of the difference of two dates; Postgres itself a number of days.
    return Func(
        Value(on),
        started_on,
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=SmallIntegerField(),
    )


def check_in_slots(days: int) -> list[tuple[int, Slot]]:
    """Every (day, slot) of an observation: one on day 0, two a day, one on the last."""
    return [(day, slot) for day in range(days + 1) for slot in slots_of(day, days)]


def window(on: date, slot: str) -> tuple[datetime, datetime]:
    """From when until when the check-in of a slot is taken on a date; aware, Asia/Shanghai."""
    opens, closes = WINDOWS[slot]
    return datetime.combine(on, opens, BEIJING), datetime.combine(on, closes, BEIJING)


def taken_from(on: date, slot: str) -> datetime:
    """From when on the check-in of a slot is taken; aware, Asia/Shanghai. Before, it says why."""
    return datetime.combine(on, EVENING_FROM if slot == Slot.EVENING else time.min, BEIJING)


def missed_at(on: date, slot: str) -> datetime:
    """From when a check-in that was not taken counts as missed; aware, Asia/Shanghai."""
    return window(on, slot)[1] + MISSED_AFTER


def current_slot(moment: datetime) -> tuple[date, Slot]:
    """The check-in that staff are taking at a moment: mornings until 13:00, then evenings."""
    local = moment.astimezone(BEIJING)
    return local.date(), Slot.MORNING if local.time() < EVENING_FROM else Slot.EVENING
