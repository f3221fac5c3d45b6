"""What the registration form asks in more than one place, and asks everywhere alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms

from houshayu.dates import DayBox, MomentBox
from houshayu.typed import half_width, normalise

AnyForm = TypeVar("AnyForm", bound=forms.ModelForm)


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
