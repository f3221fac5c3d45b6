from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from returnees.forms.cases import ReasonForm
from returnees.forms.fields import moment_input


class ArrivalCorrectionForm(ReasonForm):
    """When the person really arrived, or that they have not."""

    arrived_at = forms.DateTimeField(
        label=_("Arrival in Beijing"),
        required=False,
        widget=moment_input(),
        help_text=_("Beijing time. It decides the policy and day 0."),
    )
    not_arrived = forms.BooleanField(label=_("The person has not arrived yet"), required=False)
    field_order = ["arrived_at", "not_arrived", "reason"]

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
