from django import forms


class DayForm(forms.Form):
    """Which part of a day its page shows; what is wrong in an address counts as not asked for."""

    all = forms.BooleanField(required=False)
    kind = forms.CharField(required=False)
    place = forms.CharField(required=False)
    after = forms.CharField(required=False)
