"""What the list of alerts can be narrowed to; the names stand in the address."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from houshayu.listing import Filters, PlaceFilter
from houshayu.models import Place
from returnees.models import Alert, AlertKind

ALERT_STATES = [
    ("open", pgettext_lazy("alert", "Open")),
    ("settled", _("Settled")),
    ("all", _("All")),
]


class AlertFilter(Filters):
    """Filters of alerts: the open ones, unless the state asks for others."""

    state = filters.ChoiceFilter(
        method="by_state", choices=ALERT_STATES, label=_("State"), empty_label=None, initial="open"
    )
    kind = filters.ChoiceFilter(
        choices=AlertKind.choices, label=_("Kind"), empty_label=_("Every kind")
    )
    place = PlaceFilter(
        method="by_place",
        permission="returnees.view_case",
        among=Place.objects.holders,
        label=_("Place"),
        empty_label=_("Every place"),
    )

    class Meta:
        model = Alert
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        if not self.form.cleaned_data.get("state"):
            queryset = queryset.open()  # type: ignore[attr-defined]
        return super().filter_queryset(queryset)

    def by_state(self, queryset: QuerySet[Alert], _name: str, state: str) -> QuerySet[Alert]:
        if state == "settled":
            return queryset.filter(resolved_at__isnull=False)
        return queryset.open() if state == "open" else queryset  # type: ignore[attr-defined]

    def by_place(self, queryset: QuerySet[Alert], _name: str, place: Place) -> QuerySet[Alert]:
        return queryset.filter(place__ancestors__contains=[place.pk])
