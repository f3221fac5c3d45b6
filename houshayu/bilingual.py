"""One text in two languages side by side: Chinese, and the reader's own.

Nothing is remembered between calls: rendering a label in both languages takes some 30 µs, and
laying it out on a sheet thirty times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.template.defaultfilters import yesno
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import is_aware, localtime
from django.utils.translation import get_language_info, override, to_locale, trans_real

CHINESE = "zh-hans"
ENGLISH = "en"
# In letters; Chinese, Japanese and Korean break between any two of theirs.
LONG = 16
LONG_WORD = re.compile(rf"([^\s\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]{{{LONG},}})")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Texts are rendered in one of the ten languages; untranslated ones in English.

    Raises ValueError for another language.
    """
    if language not in dict(settings.LANGUAGES):
        raise ValueError(f"{language!r} is not one of the languages of the documents.")
    if not language.startswith("zh"):
        # Django would render them in the default language, which is Chinese; readers of the
        # others are shown the English text (domain rules, section 6).
        trans_real.translation(language)._fallback = None  # type: ignore[attr-defined]
    with override(language):
        yield


def as_text(value: Any) -> str:
    """The value as the active language writes it; Beijing time, on a 24-hour clock.

    A function is called for its value, and so may depend on the active language itself. A lazy
    text, a choice, a place and anything else speaks by its str().
    """
    if callable(value):
        value = value()
    match value:
        case None:
            return ""
        case bool():
            return str(yesno(value))
        case datetime():
            moment = localtime(value) if is_aware(value) else value
            return f"{date_format(moment.date())} {moment:%H:%M}"
        case date():
            return date_format(value)
        case time():
            return f"{value:%H:%M}"
    return str(value)


@dataclass(frozen=True)
class Both:
    """A text in Chinese and in a second language; in a template, the markup of both."""

    first: str
    second: str
    language: str = ENGLISH

    def __str__(self) -> str:
        return self.first if self.first == self.second else f"{self.first} {self.second}"

    def __html__(self) -> SafeString:
        return self.html()

    def html(self, element: str = "span") -> SafeString:
        """Both in one span, or once if they are the same; for another element, one of each.

        What is not marked as safe is escaped.
        """
        first = self._in(element, self.first, CHINESE)
        second = self._in(element, self.second, self.language)
        if element != "span":
            return mark_safe(first + second)
        if self.first == self.second:
            return breakable(self.first)
        return format_html('<span class="bi">{} {}</span>', first, second)

    @staticmethod
    def _in(element: str, text: str, language: str) -> SafeString:
        code = to_locale(language).replace("_", "-")
        direction = mark_safe(' dir="rtl"') if get_language_info(language)["bidi"] else ""
        return format_html(
            '<{0} lang="{1}"{2}>{3}</{0}>', element, code, direction, breakable(text)
        )


def breakable(text: str) -> SafeString:
    """The text as markup, in which words longer than a narrow cell, and no others, may break."""
    if len(text) < LONG or isinstance(text, SafeString):
        return conditional_escape(text)
    parts = LONG_WORD.split(text)
    parts[1::2] = (format_html('<span class="long">{}</span>', word) for word in parts[1::2])
    return mark_safe("".join(map(conditional_escape, parts)))


def both(value: Any, second: str = ENGLISH) -> Both:
    """The value as text in Chinese and in the second language.

    Raises ValueError if the second is not one of the ten languages.
    """
    with speaking(CHINESE):
        chinese = as_text(value)
    with speaking(second):
        return Both(chinese, as_text(value), second)
