"""Trying to reach somebody whom nobody could measure, until they are reached."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.exceptions import Conflict
from returnees.models import Attempt, Case, Reached

if TYPE_CHECKING:
    from houshayu.models import User


class NextTooEarly(Conflict):
    """The next attempt must be still to come."""


def note_attempt(
    case: Case,
    *,
    way: str,
    result: str,
    note: str,
    next_at: datetime | None,
    next_by: User | None,
    by: User,
    now: datetime,
) -> Attempt:
    """Somebody tried to reach the person; who was not reached is tried again, by next_at.

    next_at, next_by: ignored once the person is reached. Raises CaseClosed, and NextTooEarly.
    """
    with acting(by=by, now=now):
        locked = Case.objects.lock_open(case)
        reached = result == Reached.REACHED
        if not reached and (next_at is None or next_at <= now):
            raise NextTooEarly(_("Please choose a time in the future."))
        return Attempt.objects.create(
            case=locked,
            made_at=now,
            made_by=by,
            way=way,
            result=result,
            note=note,
            next_at=None if reached else next_at,
            next_by=None if reached else next_by,
        )


def with_unreached(cases: QuerySet[Case]) -> QuerySet[Case]:
    """With `unreached`: somebody tried to reach the person in vain, and nobody has since."""
    return cases.annotate(
        unreached=Q(closed_at=None) & Exists(Attempt.objects.in_vain().filter(case=OuterRef("pk")))
    )
