from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from houshayu import clock
from houshayu.acts import act_button, posted
from houshayu.http import Request
from returnees import releasing
from returnees.acts import case_act, held_case
from returnees.forms.cases import CloseForm


@require_POST
@permission_required("returnees.release_case", raise_exception=True)
def case_release(request: Request, number: str) -> HttpResponse:
    case = held_case(request, number, "returnees.release_case")

    def release() -> str:
        releasing.release(case, by=request.user, now=clock.now())
        return _("Released. The certificate can be printed now.")

    return act_button(request, release, back=case)


@permission_required("returnees.close_case", raise_exception=True)
def case_close(request: Request, number: str) -> HttpResponse:
    case = held_case(request, number, "returnees.close_case")
    form = CloseForm(posted(request))

    def close() -> str:
        releasing.close(case, **form.cleaned_data, by=request.user, now=clock.now())
        return _("The case is closed.")

    title, button = _("Close the case without release"), _("Close the case")
    return case_act(request, case, form, close, title=title, button=button)
