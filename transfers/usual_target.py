"""Where somebody usually goes next: community → hub → hotel → home, by the decision and where they
stand. Everything else can be chosen; this is proposed first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from houshayu.models import HOME_KINDS, PlaceKind


class Stop(Enum):
    HUB = "hub"
    HOTEL = "hotel"
    HOME = "home"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where somebody stands, and what the decision says of going home."""

    place: PlaceKind
    """The kind of the place that holds the case."""
    arrived: bool
    may_go_home: bool
    """No observation keeps them in a hotel today."""
    home: int | None = None
    """The village or community they live in."""


def next_stop(standing: Standing) -> Stop | None:
    """The kind of the usual next place; None where the person stays."""
    onwards = Stop.HOME if standing.may_go_home else Stop.HOTEL
    if standing.place == PlaceKind.HUB:
        return onwards
    if not standing.arrived:
        return Stop.HUB
    stays_in = Stop.HOME if standing.place in HOME_KINDS else None
    if standing.place == PlaceKind.HOTEL and onwards is Stop.HOTEL:
        stays_in = Stop.HOTEL
    return None if onwards is stays_in else onwards


def usual_target(
    people: Sequence[Standing], *, hubs: Sequence[int], hotels: Mapping[int, int | None]
) -> int | None:
    """The place to propose for all of them; None where they go to different ones, or none is known.

    hubs: in the order they are to be tried. hotels: how many rooms of each stand empty; None where
    its rooms are not known. The emptiest is proposed, and none that is full.
    """
    stops = {next_stop(each) for each in people}
    if stops == {Stop.HUB}:
        return next(iter(hubs), None)
    if stops == {Stop.HOTEL}:
        # One whose rooms nobody knows comes after those that surely have one.
        open_ones = {pk: free or 0 for pk, free in hotels.items() if free != 0}
        return max(open_ones, key=lambda pk: open_ones[pk], default=None)
    if stops == {Stop.HOME}:
        homes = {each.home for each in people}
        return homes.pop() if len(homes) == 1 else None
    return None
