from django import forms


class DraftForm(forms.Form):
    """Which unfinished form the address asks for, if any."""

    draft = forms.UUIDField(required=False)
