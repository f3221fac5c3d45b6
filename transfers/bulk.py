"""What staff do with many handoffs at once, and offering many cases to one place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.forms import BaseForm
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from houshayu import clock
from houshayu.bulk import BulkAct, BulkActs, LeftOut
from houshayu.models import Place, User
from returnees import companions
from returnees.models import Case
from transfers.forms.handoffs import ACCEPTING, AcceptRowForm, ManyOfferForm
from transfers.models import Handoff


def accept_form(handoff: Handoff, typed: QueryDict | None, prefix: str) -> BaseForm:
    return AcceptRowForm(typed, handoff=handoff, prefix=prefix)


def apart(handoffs: Sequence[Handoff], user: User) -> list[LeftOut]:
    """The companions that do not come along: those with an offer to the same place can still be
    chosen."""
    chosen = {handoff.case_id for handoff in handoffs}
    groups = companions.of_groups({handoff.case.travel_group for handoff in handoffs}, user)
    others = [each for group in groups.values() for each in group if each.case.pk not in chosen]
    answerable = Handoff.objects.open().answerable_by(user)
    offers = dict(
        answerable.filter(
            case__in=[each.case for each in others],
            to_place__in={handoff.to_place_id for handoff in handoffs},
        ).values_list("case", "pk")
    )
    return [LeftOut(str(each), str(offers.get(each.case.pk, ""))) for each in others]


def named(handoff: Any) -> str:
    """Of a handoff fetched for_rows(): the case, the person for those who see them, and the way."""
    person = handoff.case.person
    return (
        f"{handoff.case.number} {person if handoff.sees_person else person.masked_name} {handoff}"
    )


HANDOFFS = BulkActs(
    page="transfers:handoff_list",
    address="transfers:handoff_bulk",
    visible=lambda user: Handoff.objects.visible_to(user).for_rows(user, clock.now()),
    name=named,
    left_out=apart,
)
HANDOFFS.add(
    BulkAct(
        code="accept",
        label=_("Accept"),
        permission="transfers.answer_handoff",
        rows=lambda user: Handoff.objects.open().answerable_by(user),
        act=Handoff.accept,
        row_form=accept_form,
        says=attrgetter("noted"),
        beside=ACCEPTING,
        question=_(
            "From then on the cases are in your hands. Rows that are refused stay here with what "
            "was typed; the others are done."
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
    fill=ManyOfferForm.propose,
)
