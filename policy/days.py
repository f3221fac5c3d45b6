"""Counting observation days: calendar days in Asia/Shanghai, the day of arrival being day 0.

Two published cases fix the count: guests who arrived on 13 March 2020 were released on the
27th, and a student who arrived on the 16th at 09:00 on the 30th.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Func, SmallIntegerField, Value
from django.db.models.expressions import Combinable

from houshayu.calendar import BEIJING
from policy.vocabulary import Slot

# Guideline of 5 February 2020: twice a day. The hours were not published; these are a default.
WINDOWS: dict[str, tuple[time, time]] = {
    Slot.MORNING: (time(7), time(10)),
    Slot.EVENING: (time(15), time(18)),
}
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
