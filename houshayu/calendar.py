"""The calendar of the domain: days and moments in Asia/Shanghai."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


def beijing_date(moment: datetime) -> date:
    """The calendar day in Asia/Shanghai on which the moment falls."""
    return moment.astimezone(BEIJING).date()


def day_in_beijing(day: date) -> tuple[datetime, datetime]:
    """The first and the last moment of a calendar day in Asia/Shanghai."""
    return datetime.combine(day, time.min, BEIJING), datetime.combine(day, time.max, BEIJING)
