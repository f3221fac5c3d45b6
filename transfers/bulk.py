"""What staff do with many handoffs at once, and offering many cases to one place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.forms import BaseForm
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from houshayu.bulk import BulkAct, BulkActs
from houshayu.models import Place, User
from returnees.models import Case
from transfers.forms.handoffs import ManyOfferForm
from transfers.models import Handoff

HANDOFFS = BulkActs(
    page="transfers:handoff_list",
    address="transfers:handoff_bulk",
    visible=lambda user: Handoff.objects.visible_to(user).select_related(
        "case", "from_place", "to_place"
    ),
    name=lambda handoff: f"{handoff.case.number} {handoff}",
)
HANDOFFS.add(
    BulkAct(
        code="accept",
        label=_("Accept"),
        permission="transfers.answer_handoff",
        rows=Handoff.objects.answerable_by,
        act=Handoff.accept,
        question=_(
            "From then on the cases are in your hands; people who come to a hotel need a room next."
        ),
    ),
    BulkAct(
        code="cancel",
        label=_("Take back the offer"),
        permission="transfers.offer_handoff",
        rows=Handoff.objects.offered_by,
        act=Handoff.cancel,
        question=_("The other side will no longer see these people."),
    ),
)


def many_offer_form(typed: QueryDict | None, now: datetime) -> BaseForm:
    places = Place.objects.holders().order_by("kind", "code")
    return ManyOfferForm(typed, places=places, now=now)


def offer(case: Case, *, by: User, now: datetime, **way: Any) -> None:
    """Offer the case as OfferForm describes the way. Raises HandoffNotPossible."""
    Handoff.objects.offer(case=case, by=by, now=now, **way)


OFFER = BulkAct(
    code="offer",
    label=_("Hand over"),
    permission="transfers.offer_handoff",
    rows=lambda user: Case.objects.held_by(user, "transfers.offer_handoff"),
    act=offer,
    form=many_offer_form,
)
