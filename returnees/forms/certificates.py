from django import forms
from django.utils.translation import gettext_lazy as _

from houshayu.forms import AttachmentField
from returnees.models.certificates import OBSERVATION_CERTIFICATE


class VerificationForm(forms.Form):
    """What stands on a printed certificate of release, typed in any way or filled in by its QR."""

    number = forms.CharField(
        label=_("Certificate number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "HSY-7K3M9Q-1"}),
    )
    code = forms.CharField(
        label=_("Verification code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "8573-2A63-A25A"}),
    )


class CertificateForm(forms.Form):
    """The scan or photo that somebody attaches; cleaned to what is kept of it."""

    file = AttachmentField(OBSERVATION_CERTIFICATE)
