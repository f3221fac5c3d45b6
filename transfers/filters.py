"""What the list of handoffs can be narrowed to, on its page and in the API."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from houshayu import clock
from houshayu.api import MomentRange
from houshayu.listing import YES_NO, Filters, PlaceFilter
from houshayu.models import Place
from transfers.models import Handoff, HandoffStatus


class HandoffFilter(Filters):
    """Filters of handoffs; places by their code."""

    aside = ("case", "offered")

    case = filters.CharFilter(field_name="case__number", label=_("Case number"))
    status = filters.ChoiceFilter(
        choices=HandoffStatus.choices, label=_("State"), empty_label=_("All")
    )
    # One side of a handoff is the reader's, and the other is elsewhere.
    from_place = PlaceFilter(
        permission=PlaceFilter.EVERYWHERE,
        among=Place.objects.holders,
        label=pgettext_lazy("handoff", "From"),
        empty_label=_("Every place"),
    )
    to_place = PlaceFilter(
        permission=PlaceFilter.EVERYWHERE,
        among=Place.objects.holders,
        label=pgettext_lazy("handoff", "To"),
        empty_label=_("Every place"),
    )
    overdue = filters.ChoiceFilter(
        method="by_due", choices=YES_NO, label=_("Overdue"), empty_label=_("Either")
    )
    offered = MomentRange(field_name="offered_at", label=_("offered"))

    class Meta:
        model = Handoff
        fields: list[str] = []

    def by_due(self, queryset: Any, _name: str, wanted: str) -> QuerySet[Handoff]:
        late = Handoff.objects.overdue(clock.now()).values("pk")
        return queryset.filter(pk__in=late) if wanted == "true" else queryset.exclude(pk__in=late)
