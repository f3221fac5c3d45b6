"""Questions that are answered by choosing: yes or no, several of a list, a statement agreed to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from houshayu.api_fields import as_json, describing


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
