"""People who travel together (one travel_group): who they are and where each of them stands.

A companion is named to everybody who holds one of the family: in full where the reader sees their
case, masked where they do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from returnees.models import Case, Custody

if TYPE_CHECKING:
    from houshayu.models import User


def called(case: Case) -> str:
    """The person with their room in front, as they are called: 0312 马强; fetched with_room()."""
    staying = getattr(case, "staying", None)
    return f"{staying.room} {case.person}" if staying else str(case.person)


def names_by_number(numbers: Collection[str], user: User) -> dict[str, str]:
    """How these people are called, of the cases in the user's hands; one query."""
    cases = Case.objects.in_hands_of(user).filter(number__in=numbers)
    return {case.number: called(case) for case in cases.with_room().select_related("person")}


class Companion:
    """An open case of a group, as a reader sees it."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.sees = bool(getattr(case, "is_seen", False))

    @property
    def name(self) -> str:
        """With the room; masked where the reader does not see the case."""
        return called(self.case) if self.sees else self.case.person.masked_name

    @property
    def custody(self) -> Custody:
        """In whose hands they are, and to whom they are on offer."""
        custody = self.case.holding
        assert custody is not None, "An open case is in somebody's hands."
        return custody

    def __str__(self) -> str:
        return f"{self.name} ({self.custody.place})"


def of_groups(groups: Collection[UUID], user: User) -> dict[UUID, list[Companion]]:
    """The open cases of each group, in the order they were registered; one query."""
    if not groups:
        return {}
    seen = Case.objects.in_hands_of(user).filter(pk=OuterRef("pk"))
    found: Any = Case.objects.open().filter(travel_group__in=groups).with_holder().with_room()
    found = found.select_related("person", "holding__place", "holding__offered_to")
    grouped: dict[UUID, list[Companion]] = defaultdict(list)
    for case in found.annotate(is_seen=Exists(seen)).order_by("pk"):
        grouped[case.travel_group].append(Companion(case))
    return grouped


def of(case: Case, user: User) -> list[Companion]:
    """The others of the case's group."""
    group = of_groups([case.travel_group], user).get(case.travel_group, [])
    return [each for each in group if each.case != case]
