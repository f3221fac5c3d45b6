from django import forms
from django.utils.translation import gettext_lazy as _

from returnees.models import Resolution


class ResolutionForm(forms.Form):
    """How an alert was settled."""

    resolution = forms.ChoiceField(label=_("Result"), choices=Resolution)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
