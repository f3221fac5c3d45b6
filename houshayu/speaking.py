"""Which language texts are rendered in, and how it writes a value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.template.defaultfilters import yesno
from django.utils.formats import date_format
from django.utils.timezone import is_aware, localtime
from django.utils.translation import override, trans_real

CHINESE = "zh-hans"
ENGLISH = "en"


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
