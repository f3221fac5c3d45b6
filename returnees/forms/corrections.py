from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from policy.forms import TemperatureField
from returnees.forms.cases import ReasonForm
from returnees.models import Symptom, TestResult

NOT_TAKEN = "not_taken"


class CheckInCorrectionForm(ReasonForm):
    """What was really measured, or that nobody was measured."""

    temperature = TemperatureField(
        label=_("Body temperature (°C)"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    symptoms = forms.MultipleChoiceField(
        label=_("Symptoms"),
        choices=Symptom,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    not_measured = forms.BooleanField(
        label=_("This person was not measured: remove the value"), required=False
    )
    field_order = ["temperature", "symptoms", "not_measured", "reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        wanted = not data.get("not_measured") and "temperature" not in self.errors
        if wanted and data.get("temperature") is None:
            self.add_error(
                "temperature", _("Enter the temperature, or tick that nobody was measured.")
            )
        return data


class TestCorrectionForm(ReasonForm):
    """What really became of a test."""

    result = forms.ChoiceField(
        label=_("Result"),
        choices=[
            ("", _("Please choose")),
            (NOT_TAKEN, _("No sample was taken")),
            *TestResult.choices,
        ],
    )
    field_order = ["result", "reason"]

    def clean_result(self) -> TestResult | None:
        """The result; None where no sample was taken."""
        chosen = self.cleaned_data["result"]
        return None if chosen == NOT_TAKEN else TestResult(chosen)
