from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from returnees.models.certificates import BEGINNINGS, MOST_BYTES, media_type_of


class VerificationForm(forms.Form):
    """What stands on a printed certificate of release."""

    number = forms.CharField(
        label=_("Certificate number"),
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "HSY-7K3M9Q-1"}),
    )
    code = forms.CharField(
        label=_("Verification code"),
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "8573-2A63-A25A"}),
    )


class CertificateForm(forms.Form):
    """The scan or photo that somebody attaches; cleaned to its bytes."""

    file = forms.FileField(
        label=_("Certificate of observation elsewhere"),
        help_text=_("A PDF, or a photo as JPEG or PNG, of up to 5 MB."),
        widget=forms.FileInput(attrs={"accept": ",".join(BEGINNINGS)}),
        error_messages={"empty": _("This file is empty."), "required": _("Please choose a file.")},
    )

    def clean_file(self) -> bytes:
        file: Any = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("This file is larger than 5 MB."))
        content: bytes = file.read()
        if not media_type_of(content):
            raise forms.ValidationError(_("This is no PDF, JPEG or PNG file."))
        return content
