"""Counting observation days: calendar days in Asia/Shanghai, the day of arrival being day 0.

Two published cases fix the count: guests who arrived on 13 March 2020 were released on the
27th, and a student who arrived on the 16th at 09:00 on the 30th.
"""

from datetime import date, datetime, time, timedelta

from houshayu.calendar import BEIJING

# Guideline of 5 February 2020: twice a day. The hours were not published; these are a default.
WINDOWS = {
    "morning": (time(7), time(10)),
    "evening": (time(15), time(18)),
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


def slots_of(day: int, days: int) -> tuple[str, ...]:
    """The check-ins due on one day of an observation of so many days."""
    if not 0 <= day <= days:
        return ()
    if day == 0:
        return ("evening",)
    if day == days:
        return ("morning",)
    return ("morning", "evening")


def check_in_slots(days: int) -> list[tuple[int, str]]:
    """Every (day, slot) of an observation: one on day 0, two a day, one on the last."""
    return [(day, slot) for day in range(days + 1) for slot in slots_of(day, days)]


def window(on: date, slot: str) -> tuple[datetime, datetime]:
    """From when until when the check-in of a slot is taken on a date; aware, Asia/Shanghai."""
    opens, closes = WINDOWS[slot]
    return datetime.combine(on, opens, BEIJING), datetime.combine(on, closes, BEIJING)


def missed_at(on: date, slot: str) -> datetime:
    """From when a check-in that was not taken counts as missed; aware, Asia/Shanghai."""
    return window(on, slot)[1] + MISSED_AFTER


def current_slot(moment: datetime) -> tuple[date, str]:
    """The check-in that staff are taking at a moment: mornings until 13:00, then evenings."""
    local = moment.astimezone(BEIJING)
    return local.date(), "morning" if local.time() < time(13) else "evening"
