"""The forms that take a one-time code, typed on any keyboard."""

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm

from houshayu.typed import half_width, visible


class CodeForm(AuthenticateForm):
    """The second step of a log-in."""

    def clean_code(self) -> str:
        self.cleaned_data["code"] = half_width(visible(self.cleaned_data["code"]))
        return str(super().clean_code())


class CodeAgainForm(ReauthenticateForm):
    """The second step before a grave change of the account."""

    def clean_code(self) -> str:
        self.cleaned_data["code"] = half_width(visible(self.cleaned_data["code"]))
        return str(super().clean_code())


class FirstCodeForm(ActivateTOTPForm):
    """The first code of a device that is being set up."""

    def clean_code(self) -> str:
        self.cleaned_data["code"] = half_width(visible(self.cleaned_data["code"]))
        return str(super().clean_code())
