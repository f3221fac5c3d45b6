from django import forms
from django.utils.translation import gettext_lazy as _

from returnees.models import CaseOutcome


class ReasonForm(forms.Form):
    """Why somebody does what the record must explain later."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class CloseForm(forms.Form):
    """How a case ends without release."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[c for c in CaseOutcome.choices if c[0] != CaseOutcome.RELEASED]
    )
    note = forms.CharField(label=_("Note"), max_length=200)
