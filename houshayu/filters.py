"""What the kernel's lists can be narrowed to; the names stand in the address."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from houshayu import clock, jobs, workorders
from houshayu.http import Request
from houshayu.models import Job, JobStatus, Place, User, WorkOrder


class JobFilter(filters.FilterSet):
    """Filters of the reader's own jobs; the kinds are those they may ask for."""

    kind = filters.ChoiceFilter(label=_("Kind"), empty_label=_("Every kind"))
    status = filters.ChoiceFilter(
        label=_("Status"), choices=JobStatus.choices, empty_label=_("Every status")
    )

    class Meta:
        model = Job
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = [
            (kind.code, kind.label) for kind in jobs.kinds_for(user)
        ]


def _places(request: Request) -> QuerySet[Place]:
    return Place.objects.covered_by(request.user, "houshayu.view_workorder")


class WorkOrderFilter(filters.FilterSet):
    """Filters of work orders, for the page and the API; open ones unless the address says else."""

    STATES = [("open", _("Not done yet")), ("late", _("Overdue")), ("done", _("Done"))]

    state = filters.ChoiceFilter(
        method="by_state", choices=STATES, label=_("State"), empty_label=None, initial="open"
    )
    kind = filters.ChoiceFilter(
        choices=workorders.choices, label=_("Kind"), empty_label=_("Every kind")
    )
    place = filters.ModelChoiceFilter(
        method="by_place",
        queryset=_places,
        to_field_name="code",
        label=_("Place"),
        empty_label=_("Every place"),
    )

    class Meta:
        model = WorkOrder
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
        if not self.form.cleaned_data.get("state"):
            queryset = self.by_state(queryset, "state", "open")
        return super().filter_queryset(queryset)

    def by_state(self, queryset: Any, name: str, state: str) -> QuerySet[WorkOrder]:
        if state == "late":
            return queryset.late(clock.now())
        return queryset.filter(done_at__isnull=state == "open")

    def by_place(self, queryset: Any, name: str, place: Place) -> QuerySet[WorkOrder]:
        """Orders at the place and below it."""
        return queryset.filter(place__ancestors__contains=[place.pk])
