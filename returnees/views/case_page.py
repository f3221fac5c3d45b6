from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from houshayu import clock
from houshayu.http import Request
from houshayu.models import Place
from returnees import reaching, releasing
from returnees.case_page import Column, Seen, acts_of, panels_of
from returnees.models import Case


@require_safe
@permission_required("returnees.view_case", raise_exception=True)
def case_detail(request: Request, number: str) -> HttpResponse:
    """The case with all that apps put there; of a former holder, their own part alone."""
    case = get_object_or_404(
        reaching.with_unreached(
            Case.objects.visible_to(request.user).for_rows().with_in_hands(request.user)
        ).select_related(
            "document", "journey", "health", "request", "declaration", "policy", "registered_by"
        ),
        number=number,
    )
    now = clock.now()
    custodies = case.custodies.select_related("place", "offered_to")
    if not case.in_hands:
        places = Place.objects.covered_by(request.user, "returnees.view_case")
        own = list(custodies.filter(place__in=places))
        seen = Seen(case=case, user=request.user, now=now, custodies=own, observations=[])
        context = {"case": case, "own_part": panels_of(seen, Column.OWN_PART)}
        return render(request, "returnees/case_own_part.html", context)
    seen = Seen(
        case=case,
        user=request.user,
        now=now,
        custodies=list(custodies),
        observations=list(case.observations.prefetch_related("checkins", "labtests__recorded_by")),
    )
    context = {
        "case": case,
        "acts": acts_of(seen),
        "now": now,
        "reasons_not_released": [] if case.closed_at else releasing.reasons_not_released(case, now),
        "main": panels_of(seen, Column.MAIN),
        "side": panels_of(seen, Column.SIDE),
    }
    return render(request, "returnees/case_detail.html", context)
