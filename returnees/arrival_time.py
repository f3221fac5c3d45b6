"""Whether a moment can be, and is likely to be, the one at which a person arrived in Beijing.

The arrival decides the policy and day 0, so a moment that does not fit the journey is asked about
once more, and one outside it is refused. The database keeps the same bounds
(case_arrived_within_its_journey, case_arrived_after_leaving).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from houshayu.calendar import beijing_date

# The journey's span around the expected arrival. Whoever comes outside it came on another
# journey: it is corrected in the form first.
EARLIEST = timedelta(days=2)
LATEST = timedelta(days=14)
# Flights land this much early; what is earlier is asked about.
EARLY_BY = timedelta(hours=2)
# A night at the hub: later than this somebody forgot, or another flight was taken.
LATE_AFTER = timedelta(hours=12)


class Doubt(Enum):
    """What speaks against a moment of arrival."""

    TO_COME = "to_come"
    ON_THE_WAY = "on_the_way"
    """Before the person left the last place on the way."""
    LONG_BEFORE = "long_before"
    LONG_AFTER = "long_after"
    EARLY = "early"
    """Before the flight lands."""
    LATE = "late"
    UNSEEN = "unseen"
    """Nobody has met the person for so long after it."""
    ANOTHER_DAY = "another_day"
    """Day 0 would not be the day of the expected arrival."""

    @property
    def refuses(self) -> bool:
        """Nobody can have arrived then; otherwise somebody who asked the person may say so."""
        return self in (Doubt.TO_COME, Doubt.ON_THE_WAY, Doubt.LONG_BEFORE, Doubt.LONG_AFTER)


@dataclass(frozen=True)
class Way:
    """What is known of a journey's end before somebody has seen the person."""

    expected_at: datetime
    """When the person is expected in Beijing."""
    left_at: datetime | None = None
    """When they left the last place on the way, where it is known."""

    @property
    def earliest(self) -> datetime:
        """The first moment of the journey's span."""
        first = self.expected_at - EARLIEST
        return max(first, self.left_at) if self.left_at else first

    @property
    def latest(self) -> datetime:
        """The last moment of the journey's span."""
        return self.expected_at + LATEST


def doubts(at: datetime, way: Way, *, now: datetime, unseen: bool = True) -> tuple[Doubt, ...]:
    """What speaks against the moment; none where it fits the journey.

    Where one of them refuses, those alone. unseen: somebody says it now who has the person before
    them; False where the arrival was known before, and is corrected.
    """
    gap = at - way.expected_at
    holds = {
        Doubt.TO_COME: at > now,
        Doubt.ON_THE_WAY: way.left_at is not None and at < way.left_at,
        Doubt.LONG_BEFORE: gap < -EARLIEST,
        Doubt.LONG_AFTER: gap > LATEST,
        Doubt.EARLY: gap < -EARLY_BY,
        Doubt.LATE: gap > LATE_AFTER,
        Doubt.UNSEEN: unseen and now - at > LATE_AFTER,
        Doubt.ANOTHER_DAY: beijing_date(at) != beijing_date(way.expected_at),
    }
    found = tuple(doubt for doubt, speaks in holds.items() if speaks)
    return tuple(doubt for doubt in found if doubt.refuses) or found


def refused(found: Iterable[Doubt]) -> bool:
    """Whether nobody can have arrived then."""
    return any(doubt.refuses for doubt in found)
