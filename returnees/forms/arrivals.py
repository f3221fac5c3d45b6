from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from returnees import arrivals
from returnees.arrivals import ArrivalDoubted, ArrivalRefused, ArrivalStands, OutsideItsDays
from returnees.forms.cases import ReasonForm
from returnees.forms.sureness import AsksSure, arrived_at_field, sure_at_field
from returnees.models import Case

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
