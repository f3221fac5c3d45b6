from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from houshayu import clock
from houshayu.acts import posted
from houshayu.http import Request
from houshayu.shortcuts import render_fragment
from returnees.acts import case_act
from returnees.forms.cases import ReasonForm
from returnees.models import Case
from returnees.revealing import PHONES, PROTECTED, Protected, dialled


@permission_required("returnees.reveal_identitydocument", raise_exception=True)
def document_reveal(request: Request, number: str) -> HttpResponse:
    """The full document number, after a reason that is kept with who and when."""
    return _reveal(request, number, PROTECTED["document_number"], ReasonForm(posted(request)))


@permission_required("returnees.reveal_person", raise_exception=True)
def phone_reveal(request: Request, number: str, field: str) -> HttpResponse:
    """A phone number with one press, to be called; who pressed, and when, is kept."""
    if field not in PHONES:
        raise Http404
    return _reveal(request, number, PHONES[field], forms.Form(posted(request)))


def _reveal(request: Request, number: str, protected: Protected, form: forms.Form) -> HttpResponse:
    held = Case.objects.held_by(request.user, protected.permission)
    case = get_object_or_404(held.select_related("document", "person"), number=number)
    label, template = protected.field.verbose_name, "returnees/reveal.html"

    def reveal() -> HttpResponse:
        value = protected.read(case, by=request.user, now=clock.now(), **form.cleaned_data)
        context = {
            "case": case,
            "label": label,
            "revealed": value,
            "number": dialled(value) if protected.is_phone else "",
            "detail": "" if protected.is_phone else case.document.get_document_type_display(),
        }
        if request.htmx:
            response = render_fragment(request, "returnees/_case_phone_shown.html", context)
        else:
            response = render(request, template, context)
        response.headers["Cache-Control"] = "no-store"
        return response

    return case_act(
        request,
        case,
        form,
        reveal,
        title=str(label),
        button=_("Show the number"),
        explanation=_("The privacy auditor can see who looked, when and why."),
        template=template,
        label=label,
    )
