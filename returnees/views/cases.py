from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from houshayu import clock
from houshayu.acts import act_button, posted
from houshayu.bulk import bulk_page
from houshayu.calendar import beijing_date
from houshayu.excel import excel_response
from houshayu.http import Request
from houshayu.listing import listing
from houshayu.models import Reveal
from returnees import arrivals, history, observing, releasing
from returnees.acts import case_act
from returnees.arrivals import ArrivalStands, OutsideItsDays
from returnees.bulk import CASES
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
from returnees.observing import ContactToCome

EXPORTED_AT_MOST = 20_000


def _filtered(request: Request, permission: str) -> CaseFilter:
    cases = Case.objects.visible_to(request.user, permission).for_rows().with_in_hands(request.user)
    return CaseFilter(request.GET, queryset=cases, request=request, permission=permission)


@require_safe
@permission_required("returnees.view_case", raise_exception=True)
def case_list(request: Request) -> HttpResponse:
    found = _filtered(request, "returnees.view_case")
    return listing(
        request,
        "returnees/case_list.html",
        found,
        order=["-opened_at", "-id"],
        bulk=CASES,
        today=beijing_date(found.now),
    )


@require_POST
@permission_required("returnees.view_case", raise_exception=True)
def case_bulk(request: Request) -> HttpResponse:
    """One act with the cases chosen on the list."""
    return bulk_page(request, CASES)


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
    form = ReasonForm(posted(request))
    template = "returnees/document_reveal.html"

    @transaction.atomic
    def reveal() -> HttpResponse:
        Reveal.objects.record(
            by=request.user,
            subject=case.document,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
        context = {"case": case, "form": form, "revealed": case.document.document_number}
        return render(request, template, context)

    return case_act(
        request,
        case,
        form,
        reveal,
        title=_("Document number"),
        button=_("Show the number"),
        explanation=_("Who looks, when and why is written down for the privacy auditor."),
        template=template,
    )


def _held(request: Request, number: str, permission: str) -> Case:
    """The case to act on: in the hands of a place where the user may."""
    held = Case.objects.held_by(request.user, permission).select_related("person")
    return get_object_or_404(held, number=number)


@require_POST
@permission_required("returnees.change_case", raise_exception=True)
def case_arrive(request: Request, number: str) -> HttpResponse:
    case = _held(request, number, "returnees.change_case")

    def arrive() -> str:
        now = clock.now()
        arrivals.arrive(case, at=arrivals.seen_at(case, now), by=request.user, now=now)
        return _("Arrival confirmed; the observation has begun.")

    return act_button(request, arrive, back=case)


@permission_required("returnees.change_case", raise_exception=True)
def arrival_correct(request: Request, number: str) -> HttpResponse:
    """Another moment of arrival, or none yet: undoes an arrival that was confirmed by mistake."""
    case = _held(request, number, "returnees.change_case")
    form = ArrivalCorrectionForm(posted(request), initial={"arrived_at": case.arrived_at})

    def correct() -> str:
        at, reason = form.cleaned_data["arrived_at"], form.cleaned_data["reason"]
        arrivals.correct(case, at, by=request.user, now=clock.now(), reason=reason)
        return _("Corrected; the old values are in the history.")

    title = _("Correct the arrival")
    beside = {ArrivalStands: "arrived_at", OutsideItsDays: "arrived_at"}
    return case_act(request, case, form, correct, title=title, button=title, beside=beside)


@require_POST
@permission_required("returnees.change_case", raise_exception=True)
def commitment_sign(request: Request, number: str) -> HttpResponse:
    """The commitment letter is signed by somebody who came home without a handoff."""
    case = _held(request, number, "returnees.change_case")

    def sign() -> str:
        observing.sign_commitment(case, by=request.user, now=clock.now())
        return _("Noted: the commitment letter is signed.")

    return act_button(request, sign, back=case)


@permission_required("returnees.assess_observation", raise_exception=True)
def case_assess(request: Request, number: str) -> HttpResponse:
    case = _held(request, number, "returnees.assess_observation")
    form = AssessmentForm(posted(request))

    def assess() -> str:
        observing.assess(case, **form.cleaned_data, by=request.user, now=clock.now())
        return _("The assessment is saved.")

    title, button = _("Assess the request for home observation"), _("Save the assessment")
    return case_act(request, case, form, assess, title=title, button=button)


@require_POST
@permission_required("returnees.release_case", raise_exception=True)
def case_release(request: Request, number: str) -> HttpResponse:
    case = _held(request, number, "returnees.release_case")

    def release() -> str:
        releasing.release(case, by=request.user, now=clock.now())
        return _("Released. The certificate can be printed now.")

    return act_button(request, release, back=case)


@permission_required("returnees.close_case", raise_exception=True)
def case_close(request: Request, number: str) -> HttpResponse:
    case = _held(request, number, "returnees.close_case")
    form = CloseForm(posted(request))

    def close() -> str:
        releasing.close(case, **form.cleaned_data, by=request.user, now=clock.now())
        return _("The case is closed.")

    title, button = _("Close the case without release"), _("Close the case")
    return case_act(request, case, form, close, title=title, button=button)


@permission_required("returnees.change_observation", raise_exception=True)
def observation_restart(request: Request, number: str) -> HttpResponse:
    case = _held(request, number, "returnees.change_observation")
    form = RestartForm(posted(request))

    def restart() -> str:
        observation = observing.restart(case, **form.cleaned_data, by=request.user, now=clock.now())
        return _("Day 0 is %(day)s now.") % {"day": observation.started_on.isoformat()}

    title = _("Count the days anew")
    beside = {ContactToCome: "last_contact_on"}
    return case_act(request, case, form, restart, title=title, button=title, beside=beside)


@permission_required("returnees.change_observation", raise_exception=True)
def policy_change(request: Request, number: str) -> HttpResponse:
    case = _held(request, number, "returnees.change_observation")
    form = PolicyForm(posted(request))

    def change() -> str:
        observing.change_policy(case, **form.cleaned_data, by=request.user, now=clock.now())
        return _("Decided again.")

    title, button = _("Let another policy version decide"), _("Change the version")
    return case_act(request, case, form, change, title=title, button=button)
