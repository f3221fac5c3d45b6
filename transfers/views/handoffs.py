from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.forms import BaseForm, Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from houshayu import clock
from houshayu.acts import act_page, posted
from houshayu.address import asked
from houshayu.bulk import bulk_page
from houshayu.http import Request
from houshayu.listing import listing
from houshayu.models import Place, PlaceKind
from houshayu.shortcuts import render_fragment
from returnees.acts import case_act
from returnees.models import Case, Custody
from transfers.bulk import HANDOFFS
from transfers.family import show_family
from transfers.filters import HandoffFilter
from transfers.forms.handoffs import ACCEPTING, AcceptForm, DeclineForm, OfferForm, PurposeForm
from transfers.models import Handoff, HandoffNotPossible, HandoffStatus


@require_safe
@permission_required("transfers.view_handoff", raise_exception=True)
def handoff_list(request: Request) -> HttpResponse:
    """Handoffs in and out of the user's places: oldest first while they wait, else newest."""
    now = clock.now()
    handoffs = Handoff.objects.visible_to(request.user).for_rows(request.user, now)
    found = HandoffFilter(asked(request, status=HandoffStatus.OFFERED), handoffs, request=request)
    waiting = found.form.is_valid() and found.form.cleaned_data["status"] == HandoffStatus.OFFERED
    return listing(
        request,
        "transfers/handoff_list.html",
        found,
        order=["due_at", "id"] if waiting else ["-offered_at", "-id"],
        bulk=HANDOFFS,
        complete=partial(show_family, user=request.user),
        now=now,
        **_answer_forms(),
    )


@require_POST
@permission_required("transfers.view_handoff", raise_exception=True)
def handoff_bulk(request: Request) -> HttpResponse:
    """One act with the handoffs chosen on the list."""
    return bulk_page(request, HANDOFFS)


@require_safe
@permission_required("transfers.view_handoff", raise_exception=True)
def handoff_detail(request: Request, pk: int) -> HttpResponse:
    now = clock.now()
    handoff = get_object_or_404(
        Handoff.objects.visible_to(request.user).for_rows(request.user, now), pk=pk
    )
    show_family([handoff], request.user)
    context = {"handoff": handoff, "now": now} | _answer_forms()
    return render(request, "transfers/handoff_detail.html", context)


@permission_required("transfers.offer_handoff", raise_exception=True)
def handoff_offer(request: Request, number: str) -> HttpResponse:
    case = get_object_or_404(
        Case.objects.held_by(request.user, "transfers.offer_handoff").select_related("person"),
        number=number,
    )
    holder, now = Custody.objects.holder_of(case), clock.now()
    places = Place.objects.holders().exclude(pk=holder.pk if holder else 0).order_by("kind", "code")
    if PurposeForm(asked(request)).is_to_observe:
        # Only where an observation that is centralized may be, or is taken on from.
        places = places.filter(kind__in=[PlaceKind.HOTEL, PlaceKind.HUB])
    form = OfferForm(posted(request), places=places, now=now)
    form.propose([case])

    def offer() -> str:
        Handoff.objects.offer(case=case, by=request.user, now=now, **form.cleaned_data)
        return _("The handoff is offered; the case stays yours until it is accepted.")

    return case_act(
        request,
        case,
        form,
        offer,
        title=_("Hand over"),
        button=_("Offer the handoff"),
        beside={HandoffNotPossible: "to_place"},
        template="transfers/handoff_offer.html",
        holder=holder,
    )


@permission_required("transfers.answer_handoff", raise_exception=True)
def handoff_accept(request: Request, pk: int) -> HttpResponse:
    handoff = get_object_or_404(
        Handoff.objects.answerable_by(request.user).select_related("to_place"), pk=pk
    )
    form = AcceptForm(posted(request), to_place=handoff.to_place, case=handoff.case_to_arrive)

    def accept() -> str:
        handoff.accept(**form.noted, by=request.user, now=clock.now())
        return _("Handoff accepted: the case is in your hands.")

    return act_page(
        request,
        form,
        accept,
        title=_("Accept the handoff"),
        button=_("Accept"),
        back=handoff,
        about=handoff,
        beside=ACCEPTING,
        row=partial(_row, request, pk, "accept_form"),
    )


@permission_required("transfers.answer_handoff", raise_exception=True)
def handoff_decline(request: Request, pk: int) -> HttpResponse:
    handoff = get_object_or_404(Handoff.objects.answerable_by(request.user), pk=pk)
    form = DeclineForm(posted(request))

    def decline() -> str:
        handoff.decline(**form.cleaned_data, by=request.user, now=clock.now())
        return _("Handoff declined; the sender is still responsible for the case.")

    return act_page(
        request,
        form,
        decline,
        title=_("Decline the handoff"),
        button=_("Decline"),
        back=handoff,
        about=handoff,
        row=partial(_row, request, pk, "decline_form"),
    )


@permission_required("transfers.offer_handoff", raise_exception=True)
def handoff_cancel(request: Request, pk: int) -> HttpResponse:
    handoff = get_object_or_404(Handoff.objects.offered_by(request.user), pk=pk)

    def cancel() -> str:
        handoff.cancel(by=request.user, now=clock.now())
        return _("The offer has been taken back.")

    title = _("Take back the offer")
    return act_page(
        request,
        Form(posted(request)),
        cancel,
        title=title,
        button=title,
        back=handoff,
        about=handoff,
        confirm=_("The other side no longer sees the person, who stays in your hands."),
    )


def _answer_forms() -> dict[str, Any]:
    return {"accept_form": AcceptForm(case=None), "decline_form": DeclineForm()}


def _row(request: Request, pk: int, name: str, filled_in: BaseForm | None) -> HttpResponse:
    """The handoff as it stands now; with the form of this name as it was filled in."""
    now = clock.now()
    row = Handoff.objects.visible_to(request.user).for_rows(request.user, now).get(pk=pk)
    show_family([row], request.user)
    context = {"handoff": row, "now": now} | _answer_forms()
    if filled_in:
        context[name] = filled_in
    return render_fragment(
        request, "transfers/_handoff_row.html", context, status=422 if filled_in else 200
    )
