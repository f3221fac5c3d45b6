"""A month of March 2020 with about 400 synthetic people, lived through by the program itself.

Nothing here writes rows behind the program's back: people are registered, handed over, measured,
reminded of and released by the same operations that the pages call. Each app registers what its
staff do in AppConfig.ready; the roof lets the hours pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from houshayu.calendar import BEIJING

FIRST_ARRIVAL = datetime(2020, 3, 1, 6, tzinfo=BEIJING)
LAST_ARRIVAL = datetime(2020, 3, 23, 22, tzinfo=BEIJING)
NEWCOMER_AT = datetime(2020, 3, 20, 8, 30, tzinfo=BEIJING)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class StaffAct:
    """An act of some staff at some hours (Beijing), or in every hour, before the others."""

    do: Callable[[datetime], None]
    hours: tuple[int, ...] = ()


_ACTS: list[StaffAct] = []


def register(*acts: StaffAct) -> None:
    """Let staff do this too; called in AppConfig.ready, and in the order of the apps."""
    _ACTS.extend(act for act in acts if act not in _ACTS)


def acts_at(hour: int) -> list[StaffAct]:
    """What staff do in this hour of the day, in order."""
    hourly = [act for act in _ACTS if not act.hours]
    return hourly + [act for act in _ACTS if hour in act.hours]
