from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from houshayu.dates import DayBox
from policy.models import PolicyVersion
from returnees.forms.cases import ReasonForm
from returnees.models import AssessmentResult


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
            self.add_error("health_assessor", _("Two different people must assess a request."))
        return data


class PolicyForm(ReasonForm):
    """Another version for somebody already under observation."""

    version = forms.ModelChoiceField(
        label=_("Policy version"), queryset=PolicyVersion.objects.all()
    )
    field_order = ["version", "reason"]


class RestartForm(forms.Form):
    """From when the days count anew."""

    last_contact_on = forms.DateField(
        label=_("Last contact with an infected person"),
        required=False,
        help_text=_("Leave this empty if the person left home without permission."),
        widget=DayBox(),
    )
