from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from policy.forms import TemperatureField
from returnees.models import FOUND, Alert, AlertStepKind, NotNormal, ReadingMissing

PLEASE_CHOOSE = ("", _("What was found?"))


class AlertStepForm(forms.Form):
    """What somebody has done about an alert."""

    step = forms.ChoiceField(label=_("Step"), choices=AlertStepKind)


class ResolutionForm(forms.Form):
    """What was found before an alert is settled; nothing is filled in beforehand."""

    resolution = forms.ChoiceField(
        label=_("Result"), choices=[PLEASE_CHOOSE, *((each, each.label) for each in FOUND)]
    )
    reading = TemperatureField(
        label=_("Measured again (°C)"),
        required=False,
        help_text=_("Needed where there was a fever, unless the person went to hospital."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, alert: Alert, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.alert = alert
        # Its page offers what fits; what else is sent is refused with a sentence that says why.
        fitting = [PLEASE_CHOOSE, *((each, each.label) for each in alert.settled_as)]
        self.fields["resolution"].widget.choices = fitting  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            try:
                self.alert.contradict(data["resolution"], data["reading"])
            except ReadingMissing as missing:
                self.add_error("reading", str(missing))
            except NotNormal as contradicted:
                self.add_error("resolution", str(contradicted))
        return data
