"""When on its day a check-in is taken, and from when on it counts as missed."""

from __future__ import annotations

from datetime import date, datetime, time

from houshayu.calendar import BEIJING
from policy.days import MISSED_AFTER, WINDOWS
from policy.vocabulary import Slot

# Until then staff take the morning's check-ins, from then on the evening's.
EVENING_FROM = time(13)


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
