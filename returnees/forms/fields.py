"""What the registration form asks in more than one place, and asks everywhere alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from houshayu.api_fields import as_json, describing
from houshayu.dates import DayBox, MomentBox
from houshayu.phones import phone_numbers
from houshayu.typed import half_width, normalise

AnyForm = TypeVar("AnyForm", bound=forms.ModelForm)
PHONE_CN = re.compile(r"1[3-9]\d{9}")
PHONE_INTL = re.compile(r"\+[1-9]\d{6,14}")
LANDLINE_CN = re.compile(r"0\d{9,11}")


def label(model: Any, name: str) -> Any:
    """What the model calls the field; the form calls it the same."""
    return model._meta.get_field(name).verbose_name


def tidy(text: str) -> str:
    """A flight, train or seat number in half-width capitals, without blanks and dashes."""
    return normalise(half_width(text))


def date_input() -> DayBox:
    return DayBox()


def moment_input() -> MomentBox:
    return MomentBox()


def may_be_left_out(*names: str) -> Callable[[type[AnyForm]], type[AnyForm]]:
    """The fields of the form that defaults.py fills in where nobody does."""

    def leave_out(form: type[AnyForm]) -> type[AnyForm]:
        for name in names:
            form.base_fields[name].required = False
        return form

    return leave_out


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


class YesNoField(forms.TypedChoiceField):
    """A question that must be answered with yes or no: a box not ticked is no answer."""

    def __init__(self, *, label: Any, required: bool = True, help_text: Any = "") -> None:
        super().__init__(
            choices=[("yes", _("Yes")), ("no", _("No"))],
            coerce=lambda answer: answer == "yes",
            empty_value=None,
            label=label,
            required=required,
            help_text=help_text,
            widget=forms.RadioSelect,
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value)

    def to_python(self, value: Any) -> str:
        """The page says yes or no, JSON true or false."""
        return super().to_python(self.prepare_value(value))


@as_json.register
def _yes_or_no(field: YesNoField) -> serializers.Field:
    return serializers.BooleanField(**describing(field, null=True))


class SeveralField(forms.TypedMultipleChoiceField):
    """Any number of choices, kept in an array."""

    wide = True  # over the whole row of the page

    def __init__(self, *, choices: Any, label: Any) -> None:
        super().__init__(
            choices=choices.choices,
            label=label,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            empty_value=[],
        )


class StatementField(forms.BooleanField):
    """A statement that must be agreed to."""

    wide = True
