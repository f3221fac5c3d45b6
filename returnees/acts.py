"""Acts on a case: where it is found, and how the act is shown, with its number and name above."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from houshayu.acts import Act, act_page
from houshayu.http import Request
from returnees.models import Case


def case_act(
    request: Request,
    case: Case,
    form: BaseForm,
    act: Act,
    *,
    title: str,
    button: str,
    template: str = "returnees/case_act.html",
    **more: Any,
) -> HttpResponse:
    """act_page for a case fetched with its person; more: as act_page takes it."""
    return act_page(
        request,
        form,
        act,
        title=title,
        button=button,
        template=template,
        case=case,
        **{"back": case, **more},
    )


def held_case(request: Request, number: str, permission: str) -> Case:
    """The case to act on: in the hands of a place where the user may."""
    held = Case.objects.held_by(request.user, permission).select_related("person")
    return get_object_or_404(held, number=number)
