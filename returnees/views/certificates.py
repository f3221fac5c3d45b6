from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from houshayu import clock
from houshayu.acts import posted
from houshayu.http import Request
from houshayu.models import Reveal
from returnees.acts import case_act
from returnees.forms.cases import ReasonForm
from returnees.forms.certificates import CertificateForm
from returnees.models import Case, ObservationCertificate


@permission_required("returnees.change_case", raise_exception=True)
def certificate_attach(request: Request, number: str) -> HttpResponse:
    """The certificate of the days observed elsewhere; a new one takes the place of the old."""
    cases = Case.objects.held_by(request.user, "returnees.change_case")
    case = get_object_or_404(cases.select_related("person", "journey"), number=number)
    form = CertificateForm(posted(request), request.FILES or None)

    def attach() -> str:
        ObservationCertificate.objects.attach(
            case.journey, form.cleaned_data["file"], by=request.user, now=clock.now()
        )
        return _("The certificate is attached.")

    title, button = _("Attach the certificate"), _("Attach")
    return case_act(request, case, form, attach, title=title, button=button)


@permission_required("returnees.reveal_identitydocument", raise_exception=True)
def certificate_open(request: Request, number: str) -> HttpResponse:
    """The file, after a reason that is kept with who and when: it shows a document number."""
    cases = Case.objects.held_by(request.user, "returnees.reveal_identitydocument")
    case = get_object_or_404(cases.select_related("person"), number=number)
    certificate = get_object_or_404(
        ObservationCertificate.objects.select_related("attachment"), journey__case=case
    )
    form = ReasonForm(posted(request))

    @transaction.atomic
    def open_file() -> HttpResponse:
        Reveal.objects.record(
            by=request.user,
            subject=certificate,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
        attachment = certificate.attachment
        name = f"{case.number}-certificate.{attachment.suffix}"
        return HttpResponse(
            attachment.content(),
            content_type=attachment.media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return case_act(
        request,
        case,
        form,
        open_file,
        title=_("Certificate of observation elsewhere"),
        button=_("Open the file"),
        explanation=_("The privacy auditor can see who looked, when and why."),
    )
