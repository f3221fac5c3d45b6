from django import forms
from django.conf import settings


class LanguageForm(forms.Form):
    """Which second language a sheet is printed in; without one, each person's own."""

    second = forms.ChoiceField(choices=settings.LANGUAGES, required=False)

    @property
    def language(self) -> str:
        """The code of the language; empty for each person's own, and for what is no language."""
        return self.cleaned_data["second"] if self.is_valid() else ""
