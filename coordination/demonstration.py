"""The demonstration's month, hour by hour: everybody's acts, in the order of the apps."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils import translation

from houshayu.calendar import BEIJING
from houshayu.demonstration import FIRST_ARRIVAL, HOUR, LAST_ARRIVAL, NEWCOMER_AT, acts_at
from houshayu.duties import planning
from houshayu.models import Place
from returnees.demonstration import people, staff


def load() -> int:
    """Live through the month until the newcomer comes; return how many people there are."""
    communities = list(Place.objects.homes().filter(parent__code="houshayu").order_by("code"))
    waiting = people.comings(communities, FIRST_ARRIVAL, LAST_ARRIVAL)
    moment = FIRST_ARRIVAL - timedelta(hours=72)
    with connection.cursor() as cursor:
        # A crash while loading means loading again; waiting for the disk buys nothing here.
        cursor.execute("SET synchronous_commit TO off")
    registered = 0
    while moment < NEWCOMER_AT - HOUR:
        while waiting and waiting[0].registered_at <= moment:
            staff.register_coming(waiting.pop(0), moment)
            registered += 1
        hour_passes(moment)
        moment += HOUR
    return registered


def next_morning_after(moment: datetime) -> datetime:
    """Half past eight in Beijing on the next day."""
    local = moment.astimezone(BEIJING) + timedelta(days=1)
    return local.replace(hour=8, minute=30, second=0, microsecond=0)


def live(begin: datetime, until: datetime) -> None:
    """The staff work on from one moment to another."""
    moment = begin.replace(minute=0, second=0, microsecond=0) + HOUR
    while moment < until:
        hour_passes(moment)
        moment += HOUR


def hour_passes(now: datetime) -> None:
    """All that the staff do in one hour."""
    hour = now.astimezone(BEIJING).hour
    with translation.override("zh-hans"):
        for act in acts_at(hour):
            act.do(now)
        if hour in (13, 21):
            planning.plan_and_send(now)
