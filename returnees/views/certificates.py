from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from houshayu import clock
from houshayu.http import Request
from houshayu.models import Reveal
from returnees.forms.cases import ReasonForm
from returnees.forms.certificates import CertificateForm, VerificationForm
from returnees.models import Case, ObservationCertificate
from returnees.sheets import certified


@permission_required("returnees.change_case", raise_exception=True)
def certificate_attach(request: Request, number: str) -> HttpResponse:
    """The certificate of the days observed elsewhere; a new one takes the place of the old."""
    cases = Case.objects.held_by(request.user, "returnees.change_case")
    case = get_object_or_404(cases.select_related("person", "journey"), number=number)
    form = CertificateForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        ObservationCertificate.objects.attach(
            case.journey, form.cleaned_data["file"], by=request.user, now=clock.now()
        )
        messages.success(request, _("The certificate is attached."))
        return redirect(case)
    context = {
        "case": case,
        "form": form,
        "title": _("Attach the certificate"),
        "button": _("Attach"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "returnees/case_act.html", context, status=status)


@permission_required("returnees.reveal_identitydocument", raise_exception=True)
def certificate_open(request: Request, number: str) -> HttpResponse:
    """The file, after a reason that is kept with who and when: it shows a document number."""
    cases = Case.objects.held_by(request.user, "returnees.reveal_identitydocument")
    case = get_object_or_404(cases.select_related("person"), number=number)
    certificate = get_object_or_404(
        ObservationCertificate.objects.select_related("attachment"), journey__case=case
    )
    form = ReasonForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = {
            "case": case,
            "form": form,
            "title": _("Certificate of observation elsewhere"),
            "button": _("Open the file"),
            "explanation": _("Who looks, when and why is written down for the privacy auditor."),
        }
        return render(request, "returnees/case_act.html", context)
    with transaction.atomic():
        Reveal.objects.record(
            by=request.user,
            subject=certificate,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
        content = certificate.attachment.content()
    name = f"{case.number}-certificate.{certificate.attachment.suffix}"
    return HttpResponse(
        content,
        content_type=certificate.attachment.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def certificate_verify(request: Request) -> HttpResponse:
    """Whether a printed certificate of release is genuine; for every user, at a gate above all.

    Of the person only what the holder of the paper can be compared with is told.
    """
    form = VerificationForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        context["asked"] = True
        context["observation"] = certified(form.cleaned_data["number"], form.cleaned_data["code"])
    return render(request, "returnees/certificate_verify.html", context)
