from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils.translation import gettext as _

from houshayu import clock
from houshayu.acts import posted
from houshayu.http import Request
from returnees import arrivals
from returnees.acts import case_act, held_case
from returnees.forms.arrivals import BESIDE, ArrivalCorrectionForm, ArrivalMomentForm
from returnees.models import Custody, Observation
from returnees.placing import misplaced_since


@permission_required("returnees.change_case", raise_exception=True)
def case_arrive(request: Request, number: str) -> HttpResponse:
    """When the person arrived, as expected or otherwise; day 0 is shown before it is saved."""
    case = held_case(request, number, "returnees.change_case")
    form = ArrivalMomentForm(posted(request), case=None if case.arrived_at else case)

    def arrive() -> str:
        given = form.arrival
        arrivals.arrive(
            case, at=given.arrived_at, by=request.user, now=clock.now(), sure=given.sure
        )
        custody = Custody.objects.current_of(case)
        if misplaced_since(case, Observation.objects.current_of(case), custody, clock.now()):
            messages.warning(
                request, _("The observation is centralized: please hand the person over now.")
            )
        return _("Arrival confirmed; the observation has begun.")

    title = _("Confirm the arrival")
    return case_act(request, case, form, arrive, title=title, button=title, beside=BESIDE)


@permission_required("returnees.change_case", raise_exception=True)
def arrival_correct(request: Request, number: str) -> HttpResponse:
    """Another moment of arrival, or none yet: undoes an arrival that was confirmed by mistake."""
    case = held_case(request, number, "returnees.change_case")
    form = ArrivalCorrectionForm(posted(request), initial={"arrived_at": case.arrived_at})

    def correct() -> str:
        at, reason = form.cleaned_data["arrived_at"], form.cleaned_data["reason"]
        arrivals.correct(
            case, at, by=request.user, now=clock.now(), reason=reason, sure=form.is_sure
        )
        return _("Corrected; the old values are in the history.")

    title = _("Correct the arrival")

    def what_follows() -> str:
        if form.cleaned_data["arrived_at"]:
            return ""
        return _("The observation ends, its days count nowhere, and the person is expected again.")

    return case_act(
        request,
        case,
        form,
        correct,
        title=title,
        button=title,
        beside=BESIDE,
        confirm=what_follows,
    )
