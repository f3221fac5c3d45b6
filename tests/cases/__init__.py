"""Inputs that failed for other people, out of public bug reports, each with its right result.

`public-reports.csv` is the list; each of its rows has one check here, by the row's id. A check
names the fixtures that it needs as its arguments.
"""

from __future__ import annotations

from collections.abc import Callable

Check = Callable[..., None]
CHECKS: dict[str, Check] = {}


def report(number: str) -> Callable[[Check], Check]:
    """The check of the row with this id."""

    def keep(check: Check) -> Check:
        assert number not in CHECKS, number
        CHECKS[number] = check
        return check

    return keep
