"""Who of a family comes along in a handoff, and who does not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from returnees import companions
from returnees.companions import Companion

if TYPE_CHECKING:
    from houshayu.models import User


def show_family(handoffs: Iterable[Any], user: User) -> None:
    """Give each handoff that waits for its answer `along` and `apart`: the companions who are at
    its place or on offer to it, and those who are elsewhere; one query.

    handoffs: fetched for_rows().
    """
    waiting = [each for each in handoffs if each.is_open]
    groups = companions.of_groups({each.case.travel_group for each in waiting}, user)
    for handoff in waiting:
        group = groups.get(handoff.case.travel_group, [])
        others = [each for each in group if each.case.pk != handoff.case_id]
        handoff.along = [each for each in others if _goes(each, handoff.to_place_id)]
        handoff.apart = [each for each in others if not _goes(each, handoff.to_place_id)]


def _goes(companion: Companion, place: int) -> bool:
    custody = companion.custody
    return place in (custody.place_id, custody.offered_to_id)
