from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from houshayu import clock
from houshayu.acts import posted
from houshayu.http import Request
from houshayu.models import Reveal
from returnees.acts import case_act
from returnees.forms.cases import ReasonForm
from returnees.models import (
    Case,
)


@permission_required("returnees.reveal_identitydocument", raise_exception=True)
def document_reveal(request: Request, number: str) -> HttpResponse:
    """The full document number, after a reason that is kept with who and when."""
    case = get_object_or_404(
        Case.objects.held_by(request.user, "returnees.reveal_identitydocument").select_related(
            "document", "person"
        ),
        number=number,
    )
    form = ReasonForm(posted(request))
    template = "returnees/document_reveal.html"

    @transaction.atomic
    def reveal() -> HttpResponse:
        Reveal.objects.record(
            by=request.user,
            subject=case.document,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
        context = {"case": case, "form": form, "revealed": case.document.document_number}
        return render(request, template, context)

    return case_act(
        request,
        case,
        form,
        reveal,
        title=_("Document number"),
        button=_("Show the number"),
        explanation=_("The privacy auditor can see who looked, when and why."),
        template=template,
    )
