"""What waits for somebody, grouped by kind; and the open cases that wait for nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from houshayu import naming
from houshayu.duties import Duty, Waiting, asking
from houshayu.duties.asking import Count
from houshayu.duties.reading import Reader
from houshayu.models import Place
from returnees.models import Case

# So many lines of each kind, and so many on a page of one kind.
FIRST, PAGE = 8, 50
OVER = "returnees.view_dashboard"
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Line:
    """One thing that waits, as its reader sees it."""

    waiting: Waiting
    text: str
    is_late: bool


@dataclass(frozen=True)
class Group:
    """What waits of one kind: how much, how much of it is late, and the first lines."""

    duty: Duty
    waiting: int
    late: int
    oldest_due_at: datetime
    lines: list[Line]

    @property
    def is_cut(self) -> bool:
        """More waits than the lines show."""
        return self.waiting > len(self.lines)

    @property
    def list_url(self) -> str:
        """The page on which all of the kind are done; empty where the day itself is it."""
        return self.duty.list_url() if self.duty.list_url else ""


@dataclass(frozen=True)
class Day:
    """What waits for a reader at a moment."""

    groups: list[Group]
    duties: list[Duty]
    """The kinds of which something waits at the chosen place, to choose from."""
    places: list[Place]
    """Where something of the chosen kind waits, to choose from."""
    next: str
    """The key of the next page of a chosen kind; empty where there is none."""


def by_duty(counts: Iterable[Count]) -> list[Group]:
    """The counts of all places together: what is urgent first, then by the oldest due time."""
    together: dict[str, Group] = {}
    for count in counts:
        known = together.get(count.duty.code)
        together[count.duty.code] = Group(
            duty=count.duty,
            waiting=count.waiting + (known.waiting if known else 0),
            late=count.late + (known.late if known else 0),
            oldest_due_at=min(count.oldest_due_at, known.oldest_due_at)
            if known
            else count.oldest_due_at,
            lines=[],
        )
    return sorted(together.values(), key=lambda g: (not g.duty.urgent, g.oldest_due_at))


def of(reader: Reader, now: datetime, *, kind: str = "", place: str = "", after: str = "") -> Day:
    """The reader's day, of one kind and place or all; three queries."""
    counts = asking.counts(reader, now)
    here = [count for count in counts if place in ("", count.place.code)]
    chosen = [count for count in here if kind in ("", count.duty.code)]
    size = PAGE if kind else FIRST
    found = (
        asking.lines(reader, now, kind=kind, place=place, per_kind=size + 1, after=_key(after))
        if chosen
        else []
    )
    sentences = naming.named((waiting.sentence_at(now) for waiting in found), reader.user)
    texts = {id(waiting): text for waiting, text in zip(found, sentences, strict=True)}
    groups = by_duty(chosen)
    following = ""
    for group in groups:
        lines = [waiting for waiting in found if waiting.duty is group.duty]
        if kind and len(lines) > size:
            last = lines[size - 1]
            following = f"{last.due_at.isoformat()}~{last.about_id}~{last.occurrence}"
        group.lines.extend(
            Line(waiting, texts[id(waiting)], waiting.is_late(now)) for waiting in lines[:size]
        )
    of_kind = [count for count in counts if kind in ("", count.duty.code)]
    places = {count.place.pk: count.place for count in of_kind}
    return Day(
        groups=groups,
        duties=[group.duty for group in by_duty(here)],
        places=sorted(places.values(), key=str),
        next=following,
    )


def _key(after: str) -> tuple[datetime, int, str] | None:
    """Where a page begins; None for what is no key of ours."""
    try:
        due_at, about, occurrence = after.split("~")
        key = datetime.fromisoformat(due_at), int(about), occurrence
    except ValueError:
        return None
    sound = key[0].tzinfo is not None and 0 < key[1] <= LARGEST_ID
    return key if sound else None


def lost(cases: QuerySet[Case], now: datetime) -> QuerySet[Case]:
    """Those of some open cases that no duty with a due time is about: there are none."""
    condition, values = asking.without_any(about="returnees.case", table="returnees_case", now=now)
    return cases.filter(RawSQL(condition, values, output_field=BooleanField()))
