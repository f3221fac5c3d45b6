"""Days and moments as people type them, and the boxes of a page that read them.

A browser's own date box takes 19880214 for the year 198802, and takes nothing that is pasted. So
the boxes are boxes for text, with the browser's calendar behind a button (static/js/dates.js).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from functools import cache
from typing import Any

from babel import Locale
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import to_locale

from houshayu.typed import half_width, visible

ISO_DAY, ISO_MOMENT = "%Y-%m-%d", "%Y-%m-%d %H:%M"
# 14:30, 14时30分, 下午2点半, 2:30 pm: what follows the day.
TIME = re.compile(
    r"(?P<early>上午|凌晨|早上)?(?P<late>下午|晚上)?\s*(?P<hour>\d{1,2})\s*[:时點点時h.]\s*"
    r"(?:(?P<minute>\d{1,2})\s*(?:[:分]\s*(?:\d{1,2}(?:\.\d+)?)?\s*秒?)?|(?P<half>半)|整)?"
    r"\s*(?P<half_day>[ap]\.?m\.?)?$",
    re.IGNORECASE,
)
SHORT_TIME = re.compile(r"(?<=\s)(?P<hour>[01]\d|2[0-4])(?P<minute>[0-5]\d)$")


def read_day(typed: str) -> date | None:
    """The day: 19880214, 1988/2/14, 1988年2月14日, 14 Feb 1988, 14.2.1988.

    None for what is no day, has a year of two digits, or could be two: 3/4/2020.
    """
    text = half_width(visible(typed)).strip().casefold()
    text = re.sub(r"[年月日號号년월일\s./,,。、·‐-―−_-]+", " ", text).strip()
    if match := re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text):
        return _day(*match.groups())
    if match := re.fullmatch(r"(\d{4}) (\d{1,2}) (\d{1,2})", text):
        return _day(*match.groups())
    if match := re.fullmatch(r"(\d{1,2}) (\d{1,2}) (\d{4})", text):
        first, second, year = match.groups()
        either = {_day(year, first, second), _day(year, second, first)} - {None}
        return either.pop() if len(either) == 1 else None
    return _day_with_named_month(text)


def _day_with_named_month(text: str) -> date | None:
    named = re.fullmatch(
        r"(?:(?P<first>\d{1,4})(?:st|nd|rd|th)? )?(?:de )?(?P<month>[^\W\d]+)"
        r"(?: de)? (?P<second>\d{1,4})(?:st|nd|rd|th)?(?: (?P<third>\d{4}))?",
        text,
    )
    if not named or (month := _months().get(named["month"])) is None:
        return None
    first, second, third = named["first"], named["second"], named["third"]
    numbers = [each for each in (first, second, third) if each]
    years = [each for each in numbers if len(each) == 4]
    days = [each for each in numbers if len(each) < 3]
    if len(numbers) != 2 or len(years) != 1 or len(days) != 1:
        return None
    return _day(years[0], str(month), days[0])


@cache
def _months() -> dict[str, int]:
    """The names of the months, whole and short, in the languages that people fill in."""
    return {
        name.casefold().strip("."): number
        for code, _name in settings.LANGUAGES
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in Locale.parse(to_locale(code)).months[context][width].items()
        if not name[0].isdigit()
    }


def read_moment(typed: str) -> tuple[date, time] | None:
    """The day and the time of day behind it, as read_day reads days; None for anything else."""
    text = half_width(visible(typed)).strip().casefold()
    text = re.sub(r"(?<=\d)t(?=\d)", " ", text)
    if match := re.fullmatch(r"(\d{8})[ ]?(\d\d)(\d\d)", text):
        text = f"{match[1]} {match[2]}:{match[3]}"
    clock = TIME.search(text) or SHORT_TIME.search(text)
    if clock is None or (day := read_day(text[: clock.start()])) is None:
        return None
    parts = clock.groupdict()
    hour = int(parts["hour"])
    minute = 30 if parts.get("half") else int(parts.get("minute") or 0)
    half_day = parts.get("half_day") or ""
    if (parts.get("late") or half_day.startswith("p")) and hour < 12:
        hour += 12
    elif half_day.startswith("a") and hour == 12:
        hour = 0
    try:
        return day, time(hour, minute)
    except ValueError:
        return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


class DayBox(forms.DateInput):
    """A box that takes a day in any usual form, and shows it as 1988-02-14."""

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        shown = {"autocomplete": "off", "data-date": "date", "data-calendar": _("Calendar")}
        super().__init__({**shown, "placeholder": _("like 2020-03-21"), **(attrs or {})}, ISO_DAY)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = super().value_from_datadict(data, files, name)
        day = read_day(typed) if isinstance(typed, str) else None
        return day.isoformat() if day else typed


class MomentBox(forms.DateTimeInput):
    """A box that takes a day and a time in any usual form, and shows them as 2020-03-21 14:30."""

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        shown = {
            "autocomplete": "off",
            "data-date": "datetime-local",
            "data-calendar": _("Calendar"),
        }
        super().__init__(
            {**shown, "placeholder": _("like 2020-03-21 14:30"), **(attrs or {})}, ISO_MOMENT
        )

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = super().value_from_datadict(data, files, name)
        moment = read_moment(typed) if isinstance(typed, str) else None
        return f"{moment[0].isoformat()} {moment[1]:%H:%M}" if moment else typed
