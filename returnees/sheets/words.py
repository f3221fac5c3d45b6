"""What the fields of a record are called and say on a sheet, in the active language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext

from houshayu.bilingual import Both
from houshayu.models import Place
from houshayu.privacy.fields import EncryptedTextField
from houshayu.speaking import as_text
from policy.models import PolicyVersion
from returnees.models import Person

# Of a row of cells; two, three, four or six of them divide it evenly.
COLUMNS = 12


@dataclass(frozen=True)
class Cell:
    """A field on a sheet: its label above, what was written below, and its width in columns."""

    label: Both
    value: Both
    width: int


def label(model: type[models.Model], name: str) -> str:
    """What the model calls its field."""
    field: Any = model._meta.get_field(name)
    return capfirst(field.verbose_name)


def said(record: models.Model, name: str) -> str:
    """The value of the field in words, empty for none; protected ones masked."""
    field: Any = record._meta.get_field(name)
    value = getattr(record, name)
    if value is None or value in ("", []):
        return ""
    if isinstance(field, EncryptedTextField):
        return field.mask(value)
    if isinstance(field, ArrayField):
        words = dict(field.base_field.flatchoices)
        return pgettext("between the items of a list", ", ").join(str(words[v]) for v in value)
    if hasattr(record, f"{name}_name"):
        # A country or region, kept as its code.
        return str(getattr(record, f"{name}_name"))
    if field.choices:
        return str(dict(field.flatchoices)[value])
    if isinstance(value, Place):
        return name_of(value)
    if isinstance(value, PolicyVersion):
        return value.code
    return as_text(value)


def name_of(place: Place) -> str:
    """The place's name in Chinese for readers of Chinese, in English for all others."""
    name = "name_zh_hans" if (get_language() or "").startswith("zh") else "name_en"
    return getattr(place, name) or place.name


def person_in_words(person: Person) -> str:
    """The person's name in hanzi for readers of Chinese and Japanese, in latin for all others."""
    hanzi = (get_language() or "").startswith(("zh", "ja"))
    first, other = person.name_zh, person.name_latin
    return first or other if hanzi else other or first
