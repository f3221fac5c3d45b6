"""The moment of an arrival, asked once more where it is odd."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from returnees.forms.fields import moment_input

if TYPE_CHECKING:
    Form = forms.Form
else:
    Form = object


class MomentAgain(forms.CheckboxInput):
    """A tick that sends the moment which it confirms."""

    def __init__(self, moment: str) -> None:
        super().__init__(attrs={"value": moment}, check_test=lambda _value: False)

    def format_value(self, _value: Any) -> None:
        """Nothing: the value is the moment, whatever was ticked before."""

    def value_from_datadict(self, data: Mapping[str, Any], _files: Any, name: str) -> Any:
        return data.get(name)


def arrived_at_field(**kwargs: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=_("Arrival in Beijing"),
        required=False,
        widget=moment_input(),
        help_text=_("Beijing time. It decides the policy and day 0."),
        **kwargs,
    )


def sure_at_field() -> forms.DateTimeField:
    return forms.DateTimeField(
        label=_("Yes, the person arrived then"),
        required=False,
        widget=forms.HiddenInput,
        help_text=_(
            "The same moment again, once the person was asked: where it does not fit the journey."
        ),
    )


class AsksSure(Form):
    """Of a form with arrived_at and sure_at: where the moment is odd, it is asked once more.

    The tick confirms one moment: another one is asked about anew.
    """

    @property
    def is_sure(self) -> bool:
        """Whether the moment that is given was confirmed."""
        given = self.cleaned_data.get("arrived_at")
        return given is not None and self.cleaned_data.get("sure_at") == given

    def add_error(self, field: str | None, error: Any) -> None:
        """A doubt shows the tick that settles it."""
        if field == "sure_at" and (given := self.cleaned_data.get("arrived_at")):
            self.fields["sure_at"].widget = MomentAgain(f"{localtime(given):%Y-%m-%dT%H:%M}")
        super().add_error(field, error)
