from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from returnees import arrivals
from returnees.arrivals import ArrivalDoubted, ArrivalRefused, ArrivalStands, OutsideItsDays
from returnees.forms.cases import ReasonForm
from returnees.forms.fields import moment_input
from returnees.models import Case

if TYPE_CHECKING:
    Form = forms.Form
else:
    Form = object

# Beside which field a refusal of the moment stands.
BESIDE = {
    ArrivalRefused: "arrived_at",
    ArrivalStands: "arrived_at",
    OutsideItsDays: "arrived_at",
    ArrivalDoubted: "sure_at",
}


@dataclass(frozen=True)
class Arrival:
    """What the one who meets the person says of their arrival."""

    arrived_at: datetime | None
    """None: as expected, or known before."""
    sure: bool
    """They asked the person, where the moment does not fit the journey."""


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


class ArrivalMomentForm(AsksSure, forms.Form):
    """When the person arrived; as expected unless another moment is given."""

    arrived_at = arrived_at_field()
    sure_at = sure_at_field()

    def __init__(self, data: Any = None, *, case: Case | None, **kwargs: Any) -> None:
        """case: whose arrival is asked for; None where it is not, and nothing of it is shown."""
        expected = case.expected_arrival_at if case else None
        prefix = kwargs.get("prefix")
        name = f"{prefix}-arrived_at" if prefix else "arrived_at"
        if expected and isinstance(data, QueryDict) and not data.get(name):
            data = data.copy()
            data[name] = f"{localtime(expected):%Y-%m-%dT%H:%M}"
        super().__init__(data, **kwargs)
        if case is None:
            self.fields["arrived_at"].widget = forms.HiddenInput()
            return
        self.fields["arrived_at"].initial = expected
        self.fields["arrived_at"].help_text = arrivals.day_zero_text(case, case.expected_arrival_at)

    @property
    def arrival(self) -> Arrival:
        """What was said of the arrival, of a form that is valid."""
        return Arrival(self.cleaned_data.get("arrived_at"), sure=self.is_sure)


class ArrivalCorrectionForm(AsksSure, ReasonForm):
    """When the person really arrived, or that they have not."""

    arrived_at = arrived_at_field()
    sure_at = sure_at_field()
    not_arrived = forms.BooleanField(label=_("The person has not arrived yet"), required=False)
    field_order = ["arrived_at", "sure_at", "not_arrived", "reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("not_arrived"):
            data["arrived_at"] = None
        elif not self.errors.keys() & {"arrived_at", "not_arrived"} and not data["arrived_at"]:
            self.add_error(
                "arrived_at",
                _("Enter the time of arrival, or tick that the person has not arrived yet."),
            )
        return data
