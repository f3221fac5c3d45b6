"""People who live outside the sub-district are handed to their own, not refused."""

from datetime import datetime
from typing import Any

from houshayu.models import HOME_KINDS, Place, PlaceKind, User
from returnees.models import Case, Custody
from transfers.models import Handoff


def subdistrict_of(place: Place) -> Place | None:
    """The sub-district that administers the place; None for one above sub-districts."""
    return Place.objects.filter(pk__in=place.ancestors, kind=PlaceKind.SUBDISTRICT).first()


def offer_to_home(
    sender: type[Case],  # noqa: ARG001  (named so by the signal)
    *,
    case: Case,
    by: User,
    now: datetime,
    **_kwargs: Any,
) -> Handoff | None:
    """Offer a newly registered case to the sub-district the person lives in, if it is another."""
    if case.community is None:
        return None
    home, holder = subdistrict_of(case.community), Custody.objects.holder_of(case)
    if home is None or holder is None or home.pk in holder.ancestors:
        return None
    return Handoff.objects.offer(
        case=case, to_place=home, by=by, now=now, planned_at=case.expected_arrival_at
    )


def offer_to_new_home(
    sender: type[Case], *, case: Case, by: User, now: datetime, **_kwargs: Any
) -> Handoff | None:
    """Offer a case whose home was corrected, if a community holds it and it waits for no answer.

    People who are on the way or in a hotel go to their own sub-district from there.
    """
    custody = Custody.objects.current_of(case)
    if custody is None or custody.offered_to or custody.place.kind not in HOME_KINDS:
        return None
    return offer_to_home(sender, case=case, by=by, now=now)
