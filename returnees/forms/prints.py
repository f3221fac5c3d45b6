from django import forms
from django.utils.translation import gettext_lazy as _

from returnees.models import SheetKind


class SheetForm(forms.Form):
    """Which sheet is printed of the chosen cases."""

    sheet = forms.ChoiceField(label=_("Sheet"), choices=SheetKind)
