"""Phone numbers as the forms ask for them."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from houshayu.phones import phone_numbers

PHONE_CN = re.compile(r"1[3-9]\d{9}")
PHONE_INTL = re.compile(r"\+[1-9]\d{6,14}")
LANDLINE_CN = re.compile(r"0\d{9,11}")


class PhoneField(forms.CharField):
    """A phone number as it is dialled, of one of the kinds that are asked for.

    Of mainland China the national number (13800001234, 01012345678) where the field takes it, of
    anywhere else + and the country code.
    """

    def __init__(self, *kinds: re.Pattern[str], problem: Any, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"type": "tel"}), **kwargs)
        self.kinds, self.problem = kinds, problem

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        if not any(character.isalnum() for character in typed):
            return ""
        for number in phone_numbers(typed):
            if any(kind.fullmatch(number) for kind in self.kinds):
                return number
        raise ValidationError(self.problem)
