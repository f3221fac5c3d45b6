"""What of a case was corrected: the first value, who corrected it, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from houshayu.calendar import BEIJING
from houshayu.models import User
from returnees.models import CheckIn, EndReason, LabTest, Observation, Symptom, TestResult

REMOVED = gettext_lazy("removed")
NOT_TAKEN = gettext_lazy("No sample was taken")


@dataclass(frozen=True)
class Correction:
    """One value that became another; at: the domain's time."""

    what: str
    old: str
    new: str
    at: datetime
    by: User | None
    reason: str

    def __str__(self) -> str:
        return _(
            "%(what)s: %(new)s, corrected from %(old)s by %(who)s at %(at)s because: %(reason)s"
        ) % {
            "what": self.what,
            "new": self.new,
            "old": self.old,
            "who": self.by or "–",
            "at": date_format(self.at.astimezone(BEIJING), "SHORT_DATETIME_FORMAT"),
            "reason": self.reason,
        }


def corrections(observations: Iterable[Observation]) -> list[Correction]:
    """What was corrected of observations fetched with their check-ins and tests, newest first."""
    observations = list(observations)
    found = [
        *_of_checkins(observations),
        *_of_tests(observations),
        *_of_releases(observations),
    ]
    authors = User.objects.in_bulk(
        {_context(event).get("user") for _words, event in found} - {None}
    )
    return sorted(
        (
            Correction(
                *words,
                at=_moment(event),
                by=authors.get(_context(event).get("user")),
                reason=_context(event).get("reason", ""),
            )
            for words, event in found
        ),
        key=lambda each: each.at,
        reverse=True,
    )


# What was corrected, the old and the new value, and the row of the history that says so.
Found = Iterator[tuple[tuple[str, str, str], Any]]


def _events(model: Any, **of: Any) -> list[list[Any]]:
    """The rows of the history, thing by thing, each from the first on."""
    rows = model.pgh_event_model.objects.filter(**of).select_related("pgh_context")
    by_thing = defaultdict(list)
    for row in rows.order_by("pgh_id"):
        by_thing[row.pgh_obj_id].append(row)
    return list(by_thing.values())


def _of_checkins(observations: list[Observation]) -> Found:
    """The history of a check-in has each row as it was before the change that it speaks of."""
    now = {each.pk: each for observation in observations for each in observation.checkins.all()}
    for rows in _events(CheckIn, observation__in=observations):
        for old, new in pairwise([*rows, now.get(rows[0].pgh_obj_id)]):
            if new is None or _measured(old) != _measured(new):
                slot = CheckIn(day=old.day, slot=old.slot).get_slot_display()
                what = _("Day %(day)s, %(slot)s") % {"day": old.day, "slot": slot}
                yield (what, _measured(old), _measured(new) if new else str(REMOVED)), old


def _measured(checkin: Any) -> str:
    labels = dict(Symptom.choices)
    symptoms = [str(labels.get(each, each)) for each in sorted(checkin.symptoms)]
    return ", ".join([f"{checkin.temperature} °C", *symptoms])


def _of_tests(observations: list[Observation]) -> Found:
    """The history of a test has each row as it was after the change that it speaks of."""
    for rows in _events(LabTest, observation__in=observations):
        for old, new in pairwise(rows):
            known = old.result != TestResult.PENDING and new.result != old.result
            if known or (old.sampled_at and not new.sampled_at):
                what = _("Test of %(day)s") % {"day": date_format(old.due_on, "MONTH_DAY_FORMAT")}
                yield (what, _result(old), _result(new)), new


def _result(test: Any) -> str:
    return str(TestResult(test.result).label if test.sampled_at else NOT_TAKEN)


def _of_releases(observations: list[Observation]) -> Found:
    for rows in _events(Observation, pgh_obj__in=observations):
        for old, new in pairwise(rows):
            if old.end_reason == EndReason.COMPLETED and not new.end_reason:
                day = date_format(old.ended_on)
                yield (_("Release"), day, str(EndReason.TAKEN_BACK.label)), new


def _context(event: Any) -> dict[str, Any]:
    return event.pgh_context.metadata if event.pgh_context else {}


def _moment(event: Any) -> datetime:
    return parse_datetime(_context(event).get("at", "")) or event.pgh_created_at
