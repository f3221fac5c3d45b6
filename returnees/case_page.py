"""The page of a case is a frame: each app says which panels and acts it puts there.

An app that stands above registers its own in AppConfig.ready, and returnees knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from houshayu.access import may_at
from returnees.models import Case, Custody, Observation

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from houshayu.models import User


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A case as somebody sees it now, with what most panels read of it."""

    case: Case
    user: User
    now: datetime
    custodies: list[Custody]
    """From the first on, with their places; of a former holder, their own alone."""
    observations: list[Observation]
    """From the first on, with check-ins and tests; none for a former holder."""

    @property
    def may(self) -> Mapping[str, bool]:
        """What the user may do with the case where it is held; nothing once it is closed."""
        return may_at(self.user, None if self.case.closed_at else self.custodies[-1].place)

    @property
    def may_see(self) -> Mapping[str, bool]:
        """What the user may read: where it is or was last held, or is on offer."""
        last = self.custodies[-1]
        return may_at(self.user, last.place, last.offered_to)


class Column(Enum):
    MAIN = "main"
    SIDE = "side"
    OWN_PART = "own_part"
    """What a former holder still sees."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One part of the page: a template, and what it reads beside case, now and may."""

    template: str
    context: Callable[[Seen], dict[str, Any] | None]
    """None where there is nothing to show."""
    column: Column
    order: int


@dataclass(frozen=True, kw_only=True)
class CaseAct:
    """One button above the page, which leads to the address of a view of one case."""

    view: str
    label: str | Promise
    permission: str
    """The codename, asked where the case is held; of an act that only reads, see `reads`."""
    order: int
    applies: Callable[[Seen], bool] = lambda _seen: True
    arguments: tuple[str, ...] = ()
    """Of the address, behind the case number."""
    posts: bool = False
    """Pressing it does the act; otherwise it leads to a page."""
    reads: bool = False
    """Open to those whom the case is on offer to, and once it is closed."""
    look: str = "outline-primary"


_PANELS: list[Panel] = []
_ACTS: list[CaseAct] = []


def register(*, panels: tuple[Panel, ...] = (), acts: tuple[CaseAct, ...] = ()) -> None:
    """Let the page have these too; called in AppConfig.ready."""
    _PANELS.extend(panel for panel in panels if panel not in _PANELS)
    _ACTS.extend(act for act in acts if act not in _ACTS)


def panels_of(seen: Seen, column: Column) -> list[tuple[str, dict[str, Any]]]:
    """The templates of a column in their order, each with what it reads."""
    mine = sorted((each for each in _PANELS if each.column is column), key=lambda each: each.order)
    shared = {"case": seen.case, "now": seen.now, "may": seen.may}
    return [
        (panel.template, shared | context)
        for panel in mine
        if (context := panel.context(seen)) is not None
    ]


def acts_of(seen: Seen) -> list[CaseAct]:
    """What the user may do with the case now, in order."""
    may, may_see = seen.may, seen.may_see
    return [
        act
        for act in sorted(_ACTS, key=lambda each: each.order)
        if (may_see if act.reads else may).get(act.permission) and act.applies(seen)
    ]
