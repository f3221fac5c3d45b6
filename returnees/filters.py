"""What the lists of cases and of alerts can be narrowed to, on their pages and in the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from houshayu import clock, duties
from houshayu.api import MomentRange
from houshayu.calendar import beijing_date, day_in_beijing
from houshayu.dates import DayBox
from houshayu.duties import asking
from houshayu.listing import YES_NO, Filters, PlaceFilter
from houshayu.models import Place, PlaceKind
from policy import current_slot
from returnees import finding, rounds
from returnees.duties import DUTIES
from returnees.models import Case, CaseOutcome, Whereabouts

STATES = [("open", _("Open")), ("closed", _("Closed")), ("all", _("All"))]
RELEASES = [("overdue", _("Overdue")), ("today", _("Today")), ("tomorrow", _("Tomorrow"))]

# The duties by which cases that are late can be listed, with how late they are.
LATE = {
    duty.code: duty.heading
    for duty in DUTIES
    if duty.code
    in {"arrival", "misplaced", "unmeasured", "not_reached", "missing", "test", "release"}
}


class CaseFilter(Filters):
    """Filters of Case.objects.for_rows(); what is missing is asked where the user may see cases."""

    aside = ("opened", "arrival")

    q = filters.CharFilter(method="search", label=_("Name, number, phone, flight or room"))
    state = filters.ChoiceFilter(
        method="by_state", choices=STATES, label=_("State"), empty_label=None, initial="open"
    )
    whereabouts = filters.ChoiceFilter(
        choices=[c for c in Whereabouts.choices if c[0] != Whereabouts.CLOSED],
        label=_("Whereabouts"),
        empty_label=_("Everywhere"),
    )
    holder = PlaceFilter(
        method="by_holder",
        permission="returnees.view_case",
        among=Place.objects.holders,
        label=_("Responsible place"),
        empty_label=_("Every place"),
    )
    community = PlaceFilter(
        permission="returnees.view_case",
        among=Place.objects.homes,
        label=_("Lives in"),
        empty_label=_("Everywhere"),
    )
    release = filters.ChoiceFilter(
        method="by_release", choices=RELEASES, label=_("Release due"), empty_label=_("Any day")
    )
    alerts = filters.ChoiceFilter(
        method="with_alerts", choices=YES_NO, label=_("Open alerts"), empty_label=_("Either")
    )
    missing = filters.ChoiceFilter(
        method="with_missing", choices=YES_NO, label=_("Check-in missing"), empty_label=_("Either")
    )
    room = filters.ChoiceFilter(
        method="by_room", choices=YES_NO, label=_("In a room of a hotel"), empty_label=_("Either")
    )
    late = filters.ChoiceFilter(
        method="by_lateness",
        choices=list(LATE.items()),
        label=_("Late"),
        empty_label=_("Either"),
    )
    arrived_on = filters.DateFilter(method="arrived", label=_("Arrived on"), widget=DayBox())
    released_on = filters.DateFilter(method="released", label=_("Released on"), widget=DayBox())

    opened = MomentRange(field_name="opened_at", label=_("registered at"))
    arrival = MomentRange(method="by_arrival", label=_("Arrival in Beijing"))

    class Meta:
        model = Case
        fields: list[str] = []

    def __init__(
        self,
        data: Any = None,
        queryset: Any = None,
        *,
        request: Any,
        permission: str = "returnees.view_case",
    ) -> None:
        super().__init__(data, queryset, request=request)
        self.now = clock.now()
        self.places = Place.objects.covered_by(request.user, permission)
        # Since when the listed cases are late, by number, where that is asked for.
        self.late_since: dict[str, datetime] = {}

    @property
    def bounded(self) -> bool:
        """Open cases alone are so few that they can be sorted by anything."""
        return self._state() == "open"

    def _state(self) -> str:
        self.is_valid()  # what fits is clean from here on, whatever else the address asks
        asked = self.form.cleaned_data
        # Somebody looked for by name or day is found whether the case is open or not.
        named = any(asked.get(name) for name in ("q", "released_on", "arrived_on"))
        return str(asked.get("state") or ("all" if named else "open"))

    def filter_queryset(self, queryset: QuerySet[Case]) -> QuerySet[Case]:
        if not self.form.cleaned_data.get("state"):
            queryset = self.by_state(queryset, "state", self._state())
        return super().filter_queryset(queryset)

    def search(self, queryset: QuerySet[Case], _name: str, text: str) -> QuerySet[Case]:
        return finding.find(queryset, text)  # type: ignore[arg-type]

    def by_state(self, queryset: QuerySet[Case], _name: str, state: str) -> QuerySet[Case]:
        if state == "all":
            return queryset
        return queryset.filter(closed_at__isnull=state == "open")

    def by_holder(self, queryset: QuerySet[Case], _name: str, place: Place) -> QuerySet[Case]:
        return queryset.filter(holding__place__ancestors__contains=[place.pk])

    def by_release(self, queryset: QuerySet[Case], _name: str, which: str) -> QuerySet[Case]:
        today = beijing_date(self.now)
        if which == "overdue":
            return queryset.filter(observed__release_on__lt=today)
        day = today if which == "today" else today + timedelta(days=1)
        return queryset.filter(observed__release_on=day)

    def with_alerts(self, queryset: QuerySet[Case], _name: str, wanted: str) -> QuerySet[Case]:
        return queryset.filter(open_alerts=wanted == "true")

    def with_missing(self, queryset: QuerySet[Case], _name: str, wanted: str) -> QuerySet[Case]:
        on, slot = current_slot(self.now)
        lacking = Q(pk__in=rounds.missing(self.places, on, slot).values("case"))
        return queryset.filter(lacking if wanted == "true" else ~lacking)

    def by_room(self, queryset: QuerySet[Case], _name: str, wanted: str) -> QuerySet[Case]:
        lodged = queryset.filter(holding__place__kind=PlaceKind.HOTEL)
        return lodged.filter(staying__isnull=wanted != "true")

    def by_lateness(self, queryset: QuerySet[Case], _name: str, code: str) -> QuerySet[Case]:
        duty = duties.get(code)
        assert duty is not None
        self.late_since = asking.late_since(duty, self.now)
        return queryset.filter(number__in=self.late_since)

    def arrived(self, queryset: QuerySet[Case], _name: str, on: Any) -> QuerySet[Case]:
        return queryset.filter(arrived_at__range=day_in_beijing(on))

    def released(self, queryset: QuerySet[Case], _name: str, on: Any) -> QuerySet[Case]:
        return queryset.filter(outcome=CaseOutcome.RELEASED, closed_at__range=day_in_beijing(on))

    def by_arrival(self, queryset: QuerySet[Case], _name: str, between: slice) -> QuerySet[Case]:
        queryset = queryset.alias(came_at=Coalesce("arrived_at", "expected_arrival_at"))
        if between.start:
            queryset = queryset.filter(came_at__gte=between.start)
        if between.stop:
            queryset = queryset.filter(came_at__lte=between.stop)
        return queryset
