"""One text in two languages side by side: Chinese, and the reader's own.

Nothing is remembered between calls: rendering a label in both languages takes some 30 µs, and
laying it out on a sheet thirty times as long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info, to_locale

from houshayu.speaking import CHINESE, ENGLISH, as_text, speaking

# In letters; Chinese, Japanese and Korean break between any two of theirs.
LONG = 16
LONG_WORD = re.compile(rf"([^\s\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]{{{LONG},}})")


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
