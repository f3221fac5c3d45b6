"""A body temperature as forms ask for it, with the limits of the vocabulary."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from houshayu.typed import decimal
from policy.temperature import COLDEST, HOTTEST

BETWEEN = format_lazy(
    _("A temperature lies between {coldest} and {hottest} °C."), coldest=COLDEST, hottest=HOTTEST
)


class TemperatureField(forms.DecimalField):
    """A body temperature in °C to a tenth of a degree, of somebody alive.

    Taken however a keyboard or a thermometer writes it: ３６。５, 36,5, 36.50.
    """

    default_error_messages = {
        "invalid": _("A temperature is a number like 36.5."),
        "min_value": BETWEEN,
        "max_value": BETWEEN,
    }

    def __init__(self, **options: Any) -> None:
        limits = {"max_digits": 3, "decimal_places": 1, "min_value": COLDEST, "max_value": HOTTEST}
        box = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(**{"widget": box, **limits, **options})

    def to_python(self, value: Any) -> Any:
        return super().to_python(decimal(value) if isinstance(value, str) else value)
