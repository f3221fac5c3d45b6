"""Whose turn it is in the demonstration, and what goes wrong now and then."""

from __future__ import annotations

from functools import cache
from random import Random

from django.db.models import QuerySet

from houshayu.demonstration import NEWCOMER_AT, accounts
from houshayu.models import Place, User
from returnees.models import Case


@cache
def worker(place_id: int) -> User:
    """Somebody who works at the place."""
    return accounts.worker_of(Place.objects.get(pk=place_id))


def doctor() -> User:
    return User.objects.get(username="doctor")


def cases() -> QuerySet[Case]:
    """The open cases registered before the newcomer came: their own stay in their hands."""
    return Case.objects.open().filter(opened_at__lt=NEWCOMER_AT)


def unlucky(case: Case, one_in: int) -> bool:
    """Some cases go wrong; the same ones each time the question is asked."""
    return Random(case.number).randrange(one_in) == 0
