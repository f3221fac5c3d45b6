from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from houshayu import clock
from houshayu.acts import act_button, posted
from houshayu.http import Request
from returnees import arrivals
from returnees.acts import case_act, held_case
from returnees.arrivals import ArrivalStands, OutsideItsDays
from returnees.forms.arrivals import ArrivalCorrectionForm


@require_POST
@permission_required("returnees.change_case", raise_exception=True)
def case_arrive(request: Request, number: str) -> HttpResponse:
    case = held_case(request, number, "returnees.change_case")

    def arrive() -> str:
        now = clock.now()
        arrivals.arrive(case, at=arrivals.seen_at(case, now), by=request.user, now=now)
        return _("Arrival confirmed; the observation has begun.")

    return act_button(request, arrive, back=case)


@permission_required("returnees.change_case", raise_exception=True)
def arrival_correct(request: Request, number: str) -> HttpResponse:
    """Another moment of arrival, or none yet: undoes an arrival that was confirmed by mistake."""
    case = held_case(request, number, "returnees.change_case")
    form = ArrivalCorrectionForm(posted(request), initial={"arrived_at": case.arrived_at})

    def correct() -> str:
        at, reason = form.cleaned_data["arrived_at"], form.cleaned_data["reason"]
        arrivals.correct(case, at, by=request.user, now=clock.now(), reason=reason)
        return _("Corrected; the old values are in the history.")

    title = _("Correct the arrival")
    beside = {ArrivalStands: "arrived_at", OutsideItsDays: "arrived_at"}

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
        beside=beside,
        confirm=what_follows,
    )
