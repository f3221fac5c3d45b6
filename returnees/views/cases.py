from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from houshayu import clock
from houshayu.calendar import beijing_date
from houshayu.excel import excel_response
from houshayu.http import Request
from houshayu.keyset import keyset_page
from houshayu.models import Place, Reveal
from houshayu.shortcuts import redirect_back
from returnees import arrivals, history, observing, releasing
from returnees.arrivals import ArrivalStands, OutsideItsDays
from returnees.filters import CaseFilter
from returnees.forms.cases import (
    ArrivalCorrectionForm,
    AssessmentForm,
    CloseForm,
    PolicyForm,
    ReasonForm,
    RestartForm,
)
from returnees.models import (
    Case,
)
from returnees.releasing import CaseNotReady

EXPORTED_AT_MOST = 20_000


def _filtered(request: Request, permission: str) -> CaseFilter:
    places = Place.objects.covered_by(request.user, permission)
    cases = Case.objects.visible_to(request.user, permission).for_rows().with_in_hands(request.user)
    return CaseFilter(request.GET, queryset=cases, places=places)


@require_safe
@permission_required("returnees.view_case", raise_exception=True)
def case_list(request: Request) -> HttpResponse:
    found = _filtered(request, "returnees.view_case")
    page = keyset_page(request, found.qs, order=["-opened_at", "-id"])
    context = {"filter": found, "page": page, "today": beijing_date(found.now)}
    return render(request, "returnees/case_list.html", context)


@require_safe
@permission_required("returnees.export_case", raise_exception=True)
def case_export(request: Request) -> HttpResponse:
    found = _filtered(request, "returnees.export_case")
    if (count := found.qs.count()) > EXPORTED_AT_MOST:
        messages.warning(
            request,
            _("These are %(count)s cases, and a file holds %(most)s: please narrow the filters.")
            % {"count": count, "most": EXPORTED_AT_MOST},
        )
        return redirect(f"{reverse('returnees:case_list')}?{request.GET.urlencode()}")
    header = [
        _("Case number"), _("Name"), _("Document"), _("Whereabouts"), _("Held by"),
        _("Lives in"), _("Arrival in Beijing"), _("Release day"), _("Open alerts"),
    ]  # fmt: skip
    rows = (
        [
            case.number,
            case.person,
            case.document.masked_number if case.in_hands else "",
            str(case.standing.label),
            # A case without an open custody or observation does not have the name at all.
            case.holding.place if hasattr(case, "holding") and case.holding else "",
            case.community or "",
            case.arrival_at,
            case.observed.release_on if hasattr(case, "observed") and case.observed else "",
            _("yes") if case.open_alerts else "",
        ]
        for case in found.qs.select_related("document").order_by("-opened_at", "-id")
    )
    return excel_response("cases", header, rows)


@require_safe
@permission_required("returnees.view_case", raise_exception=True)
def case_history(request: Request, number: str) -> HttpResponse:
    case = get_object_or_404(Case.objects.in_hands_of(request.user), number=number)
    context = {"case": case, "changes": history.changes(case)}
    return render(request, "returnees/case_history.html", context)


@permission_required("returnees.reveal_identitydocument", raise_exception=True)
def document_reveal(request: Request, number: str) -> HttpResponse:
    """The full document number, after a reason that is kept with who and when."""
    case = get_object_or_404(
        Case.objects.held_by(request.user, "returnees.reveal_identitydocument").select_related(
            "document", "person"
        ),
        number=number,
    )
    form = ReasonForm(request.POST or None)
    revealed = ""
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            Reveal.objects.record(
                by=request.user,
                subject=case.document,
                reason=form.cleaned_data["reason"],
                now=clock.now(),
            )
            revealed = case.document.document_number
    context = {"case": case, "form": form, "revealed": revealed}
    return render(request, "returnees/document_reveal.html", context)


def _act(
    request: Request,
    number: str,
    permission: str,
    form_class: type[Form],
    title: str,
    button: str,
    initial: Callable[[Case], dict[str, Any]] = lambda _case: {},
) -> tuple[Case, Form, HttpResponse | None]:
    """The case to act on, and its form; with the page to show while the form is not filled."""
    case = get_object_or_404(
        Case.objects.held_by(request.user, permission).select_related("person"), number=number
    )
    form = form_class(request.POST or None, initial=initial(case))
    if request.method == "POST" and form.is_valid():
        return case, form, None
    context = {"case": case, "form": form, "title": title, "button": button}
    return case, form, render(request, "returnees/case_act.html", context)


@require_POST
@permission_required("returnees.change_case", raise_exception=True)
def case_arrive(request: Request, number: str) -> HttpResponse:
    case = get_object_or_404(
        Case.objects.held_by(request.user, "returnees.change_case"), number=number
    )
    now = clock.now()
    arrivals.arrive(case, at=arrivals.seen_at(case, now), by=request.user, now=now)
    messages.success(request, _("Arrival confirmed; the observation has begun."))
    return redirect_back(request, case)


@permission_required("returnees.change_case", raise_exception=True)
def arrival_correct(request: Request, number: str) -> HttpResponse:
    """Another moment of arrival, or none yet: undoes an arrival that was confirmed by mistake."""
    title = _("Correct the arrival")
    case, form, page = _act(
        request, number, "returnees.change_case", ArrivalCorrectionForm, title, title,
        initial=lambda case: {"arrived_at": case.arrived_at},
    )  # fmt: skip
    if page:
        return page
    data = form.cleaned_data
    try:
        arrivals.correct(
            case, data["arrived_at"], by=request.user, now=clock.now(), reason=data["reason"]
        )
    except (ArrivalStands, OutsideItsDays) as refusal:
        form.add_error("arrived_at", str(refusal))
        context = {"case": case, "form": form, "title": title, "button": title}
        return render(request, "returnees/case_act.html", context)
    messages.success(request, _("Corrected; the old values are in the history."))
    return redirect(case)


@require_POST
@permission_required("returnees.change_case", raise_exception=True)
def commitment_sign(request: Request, number: str) -> HttpResponse:
    """The commitment letter is signed by somebody who came home without a handoff."""
    case = get_object_or_404(
        Case.objects.held_by(request.user, "returnees.change_case"), number=number
    )
    observing.sign_commitment(case, by=request.user, now=clock.now())
    messages.success(request, _("Noted: the commitment letter is signed."))
    return redirect(case)


@permission_required("returnees.assess_observation", raise_exception=True)
def case_assess(request: Request, number: str) -> HttpResponse:
    case, form, page = _act(
        request, number, "returnees.assess_observation", AssessmentForm,
        _("Assess the request for home observation"), _("Save the assessment"),
    )  # fmt: skip
    if page:
        return page
    data = form.cleaned_data
    observing.assess(
        case,
        data["result"],
        community_assessor=data["community_assessor"],
        health_assessor=data["health_assessor"],
        reason=data["reason"],
        by=request.user,
        now=clock.now(),
    )
    messages.success(request, _("The assessment is saved."))
    return redirect(case)


@require_POST
@permission_required("returnees.release_case", raise_exception=True)
def case_release(request: Request, number: str) -> HttpResponse:
    case = get_object_or_404(
        Case.objects.held_by(request.user, "returnees.release_case"), number=number
    )
    try:
        releasing.release(case, by=request.user, now=clock.now())
    except CaseNotReady as missing:
        messages.warning(request, str(missing))
    else:
        messages.success(request, _("Released. The certificate can be printed now."))
    return redirect(case)


@permission_required("returnees.close_case", raise_exception=True)
def case_close(request: Request, number: str) -> HttpResponse:
    case, form, page = _act(
        request, number, "returnees.close_case", CloseForm,
        _("Close the case without release"), _("Close the case"),
    )  # fmt: skip
    if page:
        return page
    releasing.close(
        case,
        form.cleaned_data["outcome"],
        by=request.user,
        now=clock.now(),
        note=form.cleaned_data["note"],
    )
    messages.success(request, _("The case is closed."))
    return redirect(case)


@permission_required("returnees.change_observation", raise_exception=True)
def observation_restart(request: Request, number: str) -> HttpResponse:
    case, form, page = _act(
        request, number, "returnees.change_observation", RestartForm,
        _("Count the days anew"), _("Count the days anew"),
    )  # fmt: skip
    if page:
        return page
    observation = observing.restart(
        case,
        by=request.user,
        now=clock.now(),
        last_contact_on=form.cleaned_data["last_contact_on"],
    )
    messages.success(
        request, _("Day 0 is %(day)s now.") % {"day": observation.started_on.isoformat()}
    )
    return redirect(case)


@permission_required("returnees.change_observation", raise_exception=True)
def policy_change(request: Request, number: str) -> HttpResponse:
    case, form, page = _act(
        request, number, "returnees.change_observation", PolicyForm,
        _("Let another policy version decide"), _("Change the version"),
    )  # fmt: skip
    if page:
        return page
    observing.change_policy(
        case,
        form.cleaned_data["version"],
        by=request.user,
        now=clock.now(),
        reason=form.cleaned_data["reason"],
    )
    messages.success(request, _("Decided again."))
    return redirect(case)
