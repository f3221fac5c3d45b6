from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from houshayu import clock
from houshayu.http import Request
from houshayu.keyset import keyset_page
from houshayu.models import Place
from houshayu.shortcuts import redirect_back, render_fragment
from returnees.models import Case, Custody
from transfers.forms.handoffs import AcceptForm, DeclineForm, OfferForm
from transfers.models import CommitmentMissing, Handoff, HandoffClosed, HandoffNotPossible

STATES = ("waiting", "overdue", "answered")


@require_safe
@permission_required("transfers.view_handoff", raise_exception=True)
def handoff_list(request: Request) -> HttpResponse:
    """Handoffs in and out of the user's places: oldest first while they wait, else newest."""
    now = clock.now()
    state = request.GET.get("state", "waiting")
    state = state if state in STATES else "waiting"
    handoffs = Handoff.objects.visible_to(request.user).for_rows(request.user, now)
    if state == "answered":
        handoffs, order = handoffs.filter(closed_at__isnull=False), ["-closed_at", "-id"]
    else:
        handoffs = handoffs.overdue(now) if state == "overdue" else handoffs.open()
        order = ["due_at", "id"]
    places = {
        "from": Place.objects.filter(code=request.GET.get("from", "")).first(),
        "to": Place.objects.filter(code=request.GET.get("to", "")).first(),
    }
    if places["from"]:
        handoffs = handoffs.filter(from_place=places["from"])
    if places["to"]:
        handoffs = handoffs.filter(to_place=places["to"])
    context = {
        "page": keyset_page(request, handoffs, order=order),
        "state": state,
        "now": now,
        "places": places,
    } | _answer_forms()
    return render(request, "transfers/handoff_list.html", context)


@require_safe
@permission_required("transfers.view_handoff", raise_exception=True)
def handoff_detail(request: Request, pk: int) -> HttpResponse:
    now = clock.now()
    handoff = get_object_or_404(
        Handoff.objects.visible_to(request.user).for_rows(request.user, now), pk=pk
    )
    context = {"handoff": handoff, "now": now} | _answer_forms()
    return render(request, "transfers/handoff_detail.html", context)


@permission_required("transfers.offer_handoff", raise_exception=True)
def handoff_offer(request: Request, number: str) -> HttpResponse:
    case = get_object_or_404(
        Case.objects.held_by(request.user, "transfers.offer_handoff").select_related("person"),
        number=number,
    )
    holder = Custody.objects.holder_of(case)
    places = Place.objects.holders().exclude(pk=holder.pk if holder else 0).order_by("kind", "code")
    form = OfferForm(
        request.POST or None,
        places=places,
        now=clock.now(),
        initial={"to_place": request.GET.get("to")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            Handoff.objects.offer(case=case, by=request.user, now=clock.now(), **form.cleaned_data)
        except HandoffNotPossible as refusal:
            form.add_error("to_place", str(refusal))
        else:
            messages.success(
                request, _("The handoff is offered; the case stays yours until it is accepted.")
            )
            return redirect(case)
    context = {"case": case, "holder": holder, "form": form}
    return render(request, "transfers/handoff_offer.html", context)


@require_POST
@permission_required("transfers.answer_handoff", raise_exception=True)
def handoff_accept(request: Request, pk: int) -> HttpResponse:
    handoff = get_object_or_404(Handoff.objects.answerable_by(request.user), pk=pk)
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return _asked_again(request, pk, accept_form=form)
    try:
        handoff.accept(
            by=request.user,
            now=clock.now(),
            room=form.cleaned_data["room"],
            temperature=form.cleaned_data["temperature"],
            luggage_pieces=form.cleaned_data["luggage_pieces"],
            commitment_signed=form.cleaned_data["commitment_signed"],
        )
    except CommitmentMissing as missing:
        form.add_error("commitment_signed", str(missing))
        return _asked_again(request, pk, accept_form=form)
    except (HandoffClosed, HandoffNotPossible) as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Handoff accepted: the case is in your hands."))
    return _answered(request, pk)


@require_POST
@permission_required("transfers.answer_handoff", raise_exception=True)
def handoff_decline(request: Request, pk: int) -> HttpResponse:
    handoff = get_object_or_404(Handoff.objects.answerable_by(request.user), pk=pk)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _asked_again(request, pk, decline_form=form)
    try:
        handoff.decline(by=request.user, now=clock.now(), reason=form.cleaned_data["reason"])
    except HandoffClosed as closed:
        messages.warning(request, str(closed))
    else:
        messages.success(request, _("Handoff declined; the sender still holds the case."))
    return _answered(request, pk)


@require_POST
@permission_required("transfers.offer_handoff", raise_exception=True)
def handoff_cancel(request: Request, pk: int) -> HttpResponse:
    handoff = get_object_or_404(Handoff.objects.offered_by(request.user), pk=pk)
    try:
        handoff.cancel(by=request.user, now=clock.now())
    except HandoffClosed as closed:
        messages.warning(request, str(closed))
    else:
        messages.success(request, _("The offer is taken back."))
    return _answered(request, pk)


def _answer_forms() -> dict[str, Any]:
    return {"accept_form": AcceptForm(), "decline_form": DeclineForm()}


def _answered(request: Request, pk: int) -> HttpResponse:
    now = clock.now()
    row = Handoff.objects.visible_to(request.user).for_rows(request.user, now).get(pk=pk)
    if not request.htmx:
        return redirect_back(request, row)
    context = {"handoff": row, "now": now} | _answer_forms()
    return render_fragment(request, "transfers/_handoff_row.html", context)


def _asked_again(request: Request, pk: int, **filled_in: Form) -> HttpResponse:
    """The row, or the page, with what was typed and the reason beside it."""
    now = clock.now()
    row = Handoff.objects.visible_to(request.user).for_rows(request.user, now).get(pk=pk)
    context = {"handoff": row, "now": now} | _answer_forms() | filled_in
    if request.htmx:
        return render_fragment(request, "transfers/_handoff_row.html", context, status=422)
    return render(request, "transfers/handoff_detail.html", context, status=422)
