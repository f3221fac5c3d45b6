from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from houshayu.acts import act_page, posted
from houshayu.address import asked
from houshayu.http import Request
from returnees.forms.certificates import VerificationForm
from returnees.sheets import certified, withdrawn


def certificate_verify(request: Request) -> HttpResponse:
    """Whether a printed certificate of release is genuine; for every user, at a gate above all.

    The QR code of the paper fills in number and code, and so asks at once. Of the person it shows
    what the paper says of its holder, to be compared with the paper and with a passport.
    """
    form, scanned = VerificationForm(posted(request)), VerificationForm(asked(request))
    if not form.is_bound and scanned.is_valid():
        form = scanned
    template = "returnees/certificate_verify.html"

    def verify() -> HttpResponse:
        number, code = form.cleaned_data["number"], form.cleaned_data["code"]
        observation = certified(number, code)
        gone = None if observation else withdrawn(number, code)
        found = {"form": form, "asked": True, "observation": observation, "withdrawn": gone}
        return render(request, template, found)

    title, button = _("Verify a certificate"), _("Verify")
    return act_page(
        request, form, verify, title=title, button=button, back="home", template=template
    )
