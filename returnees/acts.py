"""How an act on a case is shown: its number and name above the form, and back to its page."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse

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
