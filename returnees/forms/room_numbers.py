"""The number of a room, however it is typed."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from returnees.models.rooms import NUMBER_FORM


def as_written(text: Any) -> str:
    """A number as it stands on the door, however it was typed: ０８１２ a is 0812A."""
    return unicodedata.normalize("NFKC", str(text or "")).strip().upper()


class RoomField(forms.RegexField):
    """The number of a room; any spelling of it is taken."""

    default_error_messages = {
        "invalid": _("A room number has up to eight digits and capital letters, like 0812."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(NUMBER_FORM, **{"label": _("Hotel room"), **options})

    def to_python(self, value: Any) -> str:
        return super().to_python(as_written(value)) or ""
