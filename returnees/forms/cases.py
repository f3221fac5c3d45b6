from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from policy.models import PolicyVersion
from returnees.forms.fields import moment_input
from returnees.models import AssessmentResult, CaseOutcome, Resolution, TestResult


class ReasonForm(forms.Form):
    """Why somebody does what the record must explain later."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class AssessmentForm(forms.Form):
    """What two assessors found about a request for home observation."""

    result = forms.ChoiceField(
        label=_("Assessment"),
        choices=[c for c in AssessmentResult.choices if c[0] != AssessmentResult.PENDING],
    )
    community_assessor = forms.CharField(label=_("Assessor, community"), max_length=80)
    health_assessor = forms.CharField(label=_("Assessor, health professional"), max_length=80)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("result") == AssessmentResult.REJECTED and not data.get("reason"):
            self.add_error("reason", _("Please say why the request is rejected."))
        if data.get("community_assessor") and data.get("community_assessor") == data.get(
            "health_assessor"
        ):
            self.add_error("health_assessor", _("Two different people assess a request."))
        return data


class CloseForm(forms.Form):
    """How a case ends that is not released."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[c for c in CaseOutcome.choices if c[0] != CaseOutcome.RELEASED]
    )
    note = forms.CharField(label=_("Note"), max_length=200)


class PolicyForm(ReasonForm):
    """Another version for somebody already under observation."""

    version = forms.ModelChoiceField(
        label=_("Policy version"), queryset=PolicyVersion.objects.all()
    )
    field_order = ["version", "reason"]


class ArrivalCorrectionForm(ReasonForm):
    """When the person really arrived, or that they have not."""

    arrived_at = forms.DateTimeField(
        label=_("Arrival in Beijing"),
        required=False,
        widget=moment_input(),
        help_text=_("Beijing time; it decides the policy and day 0."),
    )
    not_arrived = forms.BooleanField(label=_("The person has not arrived yet"), required=False)
    field_order = ["arrived_at", "not_arrived", "reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data["not_arrived"]:
            data["arrived_at"] = None
        elif "arrived_at" not in self.errors and not data["arrived_at"]:
            self.add_error("arrived_at", _("Give the moment, or tick that it is still to come."))
        return data


class RestartForm(forms.Form):
    """From when the days count anew."""

    last_contact_on = forms.DateField(
        label=_("Last contact with an infected person"),
        required=False,
        help_text=_("Leave it empty for somebody who left home without leave."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class ResolutionForm(forms.Form):
    """How an alert was settled."""

    resolution = forms.ChoiceField(label=_("Result"), choices=Resolution)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class TestPlanForm(forms.Form):
    """When a further test is due: from today to the last day of the observation."""

    due_on = forms.DateField(
        label=_("Day of the test"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, today: date, until: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["due_on"] = today
        self.today, self.until = today, max(today, until)
        self.fields["due_on"].widget.attrs |= {"min": today, "max": self.until}

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if not self.today <= day <= self.until:
            raise forms.ValidationError(
                _("Please choose a day from today to the last day of the observation.")
            )
        return day


class TestForm(forms.Form):
    """What became of a planned test: the sample is taken, or the result is known."""

    result = forms.ChoiceField(label=_("Result"), choices=TestResult)
