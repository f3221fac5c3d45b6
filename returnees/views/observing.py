from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from houshayu import clock
from houshayu.acts import act_button, posted
from houshayu.http import Request
from returnees import observing
from returnees.acts import case_act, held_case
from returnees.forms.observing import AssessmentForm


@require_POST
@permission_required("returnees.change_case", raise_exception=True)
def commitment_sign(request: Request, number: str) -> HttpResponse:
    """The commitment letter is signed by somebody who came home without a handoff."""
    case = held_case(request, number, "returnees.change_case")

    def sign() -> str:
        observing.sign_commitment(case, by=request.user, now=clock.now())
        return _("The commitment letter is recorded as signed.")

    return act_button(request, sign, back=case)


@permission_required("returnees.assess_observation", raise_exception=True)
def case_assess(request: Request, number: str) -> HttpResponse:
    case = held_case(request, number, "returnees.assess_observation")
    form = AssessmentForm(posted(request))

    def assess() -> str:
        observing.assess(case, **form.cleaned_data, by=request.user, now=clock.now())
        return _("The assessment is saved.")

    title, button = _("Assess the request for home observation"), _("Save the assessment")
    return case_act(request, case, form, assess, title=title, button=button)
