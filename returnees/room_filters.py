"""What the map of rooms can be narrowed to; the names stand in the address, and in the API."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from houshayu.http import Request
from houshayu.listing import YES_NO, Filters, PlaceFilter
from houshayu.models import Place, PlaceKind
from houshayu.models.places import PlaceQuerySet
from returnees.models import Room, RoomState, RoomStay

TAKEN = "taken"
STATES = [*RoomState.choices[:1], (TAKEN, _("Taken")), *RoomState.choices[1:]]


def hotels() -> PlaceQuerySet:
    return Place.objects.holders().filter(kind=PlaceKind.HOTEL).order_by("code")


def hotels_of(request: Request) -> PlaceQuerySet:
    """The hotels whose rooms the reader of a request may see."""
    return hotels() & Place.objects.covered_by(request.user, "returnees.view_room")


class RoomFilter(Filters):
    """Filters of rooms."""

    place = PlaceFilter(
        permission="returnees.view_room",
        among=hotels,
        label=_("Hotel"),
        empty_label=_("Every place"),
    )
    state = filters.ChoiceFilter(
        method="by_state", choices=STATES, label=_("State"), empty_label=_("All")
    )
    floor = filters.CharFilter(label=_("Floor"))
    accessible = filters.ChoiceFilter(
        choices=YES_NO, label=_("Accessible"), empty_label=_("Either"), method="by_access"
    )

    class Meta:
        model = Room
        fields: list[str] = []

    def by_state(self, queryset: QuerySet[Room], _name: str, state: str) -> QuerySet[Room]:
        taken = Exists(RoomStay.objects.open().filter(room=OuterRef("pk")))
        if state == TAKEN:
            return queryset.filter(taken)
        return queryset.filter(~taken, state=state)

    def by_access(self, queryset: QuerySet[Room], _name: str, wanted: str) -> QuerySet[Room]:
        return queryset.filter(accessible=wanted == "true")
