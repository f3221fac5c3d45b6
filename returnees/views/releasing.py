from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.forms import Form
from django.http import HttpResponse
from django.utils.translation import gettext as _

from houshayu import clock
from houshayu.acts import posted
from houshayu.http import Request
from returnees import releasing
from returnees.acts import case_act, held_case
from returnees.forms.cases import CloseForm
from returnees.models import CaseOutcome


@permission_required("returnees.release_case", raise_exception=True)
def case_release(request: Request, number: str) -> HttpResponse:
    case = held_case(request, number, "returnees.release_case")

    def release() -> str:
        releasing.release(case, by=request.user, now=clock.now())
        return _("Released. The certificate can be printed now.")

    return case_act(
        request,
        case,
        Form(posted(request)),
        release,
        title=_("Release from observation"),
        button=_("Release"),
        confirm=releasing.what_follows(case),
    )


@permission_required("returnees.close_case", raise_exception=True)
def case_close(request: Request, number: str) -> HttpResponse:
    case = held_case(request, number, "returnees.close_case")
    form = CloseForm(posted(request))

    def close() -> str:
        releasing.close(case, **form.cleaned_data, by=request.user, now=clock.now())
        return _("The case is closed.")

    def what_follows() -> str:
        return _(
            "The case is closed without release (%(outcome)s): nobody is responsible for the "
            "person any more, and this can't be undone."
        ) % {"outcome": CaseOutcome(form.cleaned_data["outcome"]).label}

    title, button = _("Close the case without release"), _("Close the case")
    return case_act(request, case, form, close, title=title, button=button, confirm=what_follows)
