"""The one clock of the domain.

Only views, tasks and commands ask it; everything else is told the time as an argument. In the
demonstration it runs from a chosen morning in March 2020; elsewhere it is the real time.
Sessions, tokens and the history's own stamps always keep real time.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

BEIJING = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The domain's present moment, aware, in UTC."""
    if settings.DEMONSTRATION:
        from houshayu.models import ClockShift

        return timezone.now() + ClockShift.current()
    return timezone.now()


def beijing_date(moment: datetime) -> date:
    """The calendar day in Asia/Shanghai on which the moment falls."""
    return moment.astimezone(BEIJING).date()


def day_in_beijing(day: date) -> tuple[datetime, datetime]:
    """The first and the last moment of a calendar day in Asia/Shanghai."""
    return datetime.combine(day, time.min, BEIJING), datetime.combine(day, time.max, BEIJING)
