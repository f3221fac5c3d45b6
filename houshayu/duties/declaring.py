"""How a duty is declared, and the list of those that the apps have declared."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.formats import date_format

from houshayu import kinds
from houshayu.calendar import BEIJING

if TYPE_CHECKING:
    from django.db.models import TextChoices
    from django.utils.functional import Promise

    from houshayu.models import Place, Role

_DUTIES: dict[str, Duty] = {}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One rung of the ladder: who has to act, and from when on."""

    after: timedelta
    """From the due time on. A negative one announces, and is left out once the time has come."""
    roles: tuple[Role, ...]
    """Notified, and shown the duty, at its place and the places above it."""
    other_roles: tuple[Role, ...] = ()
    """Notified, and shown the duty, at its other place and above it: the sender of a handoff."""
    sentence: str | Promise | None = None
    """The sentence on this rung, where it is not the duty's own."""


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One kind of thing that waits for somebody (待办).

    waits is one SELECT of all that waits now and next, in these columns:

    about_id        the row of the model `about`
    occurrence      distinguishes the waits of that row: "12:3:morning"
    place_id        where it is to be done
    other_place_id  another place that it concerns, or NULL
    user_id         the one person it falls to, instead of the roles of the first rung, or NULL
    due_at          timestamptz
    says            jsonb, the values of the sentence

    Its parameters are %(now)s and the names of `params`. place_id, about_id and due_at are plain
    columns, so that what is asked of a few places or rows reads these alone.
    """

    code: str
    label: str | Promise
    """The name of one such thing in messages."""
    heading: str | Promise
    """The name of all such things, above their part of the day."""
    sentence: str | Promise
    """Filled in with `says`, place and time."""
    about: str
    """Label of the model: "returnees.case"."""
    waits: str
    ladder: tuple[Step, ...]
    permission: str
    """The permission to do it at the place, as in has_perm."""
    url: Callable[[Waiting], str]
    """The page one click from the act."""
    list_url: Callable[[], str] | None = None
    """The page on which all of the kind are done; without one their list is the day's own."""
    act: str = ""
    """Template of the act within the line, where one field is enough."""
    urgent: bool = False
    """Its e-mail leaves at once."""
    params: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, type[TextChoices]] = field(default_factory=dict)
    """Which values of `says` are shown by their label, in the reader's language."""

    @property
    def statement(self) -> str:
        """waits, with parameters that share a query with those of other duties."""
        return re.sub(r"%\((?!now\))(\w+)\)s", rf"%({self.code}_\1)s", self.waits)

    @property
    def constants(self) -> dict[str, Any]:
        """The values of statement's parameters, apart from now."""
        return {f"{self.code}_{name}": value for name, value in self.params.items()}

    def rung_at(self, due_at: datetime, now: datetime) -> Step | None:
        """The highest rung that has been reached."""
        reached = [step for step in self.ladder if due_at + step.after <= now]
        return reached[-1] if reached else None

    def notifies(self, step: Step, due_at: datetime, now: datetime) -> bool:
        """Whether people are notified on this rung: it is reached, and announces nothing past."""
        return due_at + step.after <= now and (step.after >= timedelta(0) or now < due_at)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One thing that waits."""

    duty: Duty
    about_id: int
    occurrence: str
    place: Place
    other_place_id: int | None
    user_id: int | None
    due_at: datetime
    says: Mapping[str, Any]
    may: bool = False
    """Whether the reader it was asked for may do it there."""

    @property
    def url(self) -> str:
        """Where it is done."""
        return self.duty.url(self)

    def sentence_at(self, now: datetime) -> str:
        """One line about it, as worded on the rung that it has reached."""
        return self.sentence(self.duty.rung_at(self.due_at, now))

    def is_late(self, now: datetime) -> bool:
        """Its time has come."""
        return self.due_at <= now

    def sentence(self, step: Step | None) -> str:
        """One line about it, as worded on the rung, in the active language."""
        words = step.sentence if step and step.sentence else self.duty.sentence
        labels = {
            name: choices(self.says[name]).label for name, choices in self.duty.choices.items()
        }
        local = self.due_at.astimezone(BEIJING)
        return str(words) % {
            **self.says,
            **labels,
            "place": self.place,
            "time": date_format(local, "SHORT_DATETIME_FORMAT"),
        }


def register(*duties: Duty) -> None:
    """Add these duties; called in AppConfig.ready.

    Raises ImproperlyConfigured for a code that is taken, and a ladder that does not climb.
    """
    for duty in duties:
        if _DUTIES.setdefault(duty.code, duty) != duty:
            raise ImproperlyConfigured(f"Two duties are called {duty.code}.")
        climbs = [step.after for step in duty.ladder]
        if not climbs or climbs != sorted(set(climbs)):
            raise ImproperlyConfigured(f"The ladder of {duty.code} does not climb.")
        kinds.register(kinds.Kind(code=duty.code, label=duty.label, urgent=duty.urgent))


def every() -> list[Duty]:
    """All duties, in the order of their apps."""
    return list(_DUTIES.values())


def get(code: str) -> Duty | None:
    """The duty of this code; None for one that no app declares any more."""
    return _DUTIES.get(code)
