"""A country or region, as a form asks for it."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from returnees.countries import ALPHA2, country_choices, country_name
from returnees.names import fold


def country_label(alpha3: str) -> str:
    """The country or region as the list offers it: 德国 Germany (DEU)."""
    return f"{country_name(alpha3, 'zh-hans')} {country_name(alpha3, 'en')} ({alpha3})"


@cache
def country_labels() -> tuple[str, ...]:
    """Every country and region, the frequent ones first, the rest in order of pinyin."""
    return tuple(country_label(alpha3) for alpha3, _name in country_choices("zh-hans"))


@cache
def _codes() -> dict[str, str]:
    """The code by each way a country or region may be typed."""
    return {
        fold(text): alpha3
        for alpha3 in ALPHA2
        for text in (
            alpha3,
            country_name(alpha3, "zh-hans"),
            country_name(alpha3, "en"),
            country_label(alpha3),
        )
    }


class CountryField(forms.CharField):
    """A country or region, typed as a code or a name in Chinese or English; kept as its code.

    The page offers country_labels() in a <datalist id="countries">, so that two letters or one
    hanzi are enough to find one of 249.
    """

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"list": "countries", "autocomplete": "off"})
        super().__init__(widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return country_label(value) if value in ALPHA2 else value

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        if code := _codes().get(fold(text)):
            return code
        raise ValidationError(
            _("Please choose from the list: it has no country or region with this name.")
        )
