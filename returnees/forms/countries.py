"""A country or region, as a form asks for it."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from returnees.countries import (
    CODES,
    PLACES,
    SPECIAL,
    country_choices,
    country_code,
    country_name,
)


def country_label(code: str) -> str:
    """The country or region as the list offers it: 德国 Germany (DEU)."""
    return f"{country_name(code, 'zh-hans')} {country_name(code, 'en')} ({code})"


@cache
def country_labels() -> tuple[str, ...]:
    """Every country and region, the frequent ones first, the rest in order of pinyin."""
    places = [code for code, _name in country_choices("zh-hans")]
    return tuple(map(country_label, [*places, *(PLACES - set(places))]))


@cache
def nationality_labels() -> tuple[str, ...]:
    """The same, and what a passport may say for a nationality besides."""
    besides = (country_label(code) for code in SPECIAL if code not in PLACES)
    return (*country_labels(), *besides)


class CountryField(forms.CharField):
    """A country or region, typed as a code or a name that people have for it; kept as its code.

    The page offers country_labels() in a <datalist id="countries">, so that two letters or one
    hanzi are enough to find one of 250.
    """

    taken = PLACES
    offered = "countries"

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"list": self.offered, "autocomplete": "off"})
        super().__init__(widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return country_label(value) if value in CODES else value

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        code = _offered_code(text) or country_code(text)
        if code in self.taken:
            return str(code)
        raise ValidationError(
            _("Please choose from the list: it has no country or region with this name.")
        )


class NationalityField(CountryField):
    """A country or region, or what a passport says in its place: stateless, the United Nations."""

    taken = CODES
    offered = "nationalities"


def _offered_code(text: str) -> str | None:
    """The code that the list puts in brackets behind the names."""
    code = text.strip()[-4:-1].upper() if text.strip().endswith(")") else ""
    return code if code in CODES else None
