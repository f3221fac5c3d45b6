"""What the kernel's lists can be narrowed to; the names stand in the address."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from houshayu import clock, jobs, kinds, workorders
from houshayu.calendar import day_in_beijing
from houshayu.dates import DayBox
from houshayu.http import Request
from houshayu.listing import Filters, PlaceFilter
from houshayu.models import (
    Job,
    JobStatus,
    MailStatus,
    Message,
    Place,
    Reveal,
    Role,
    User,
    WorkOrder,
)


class MemberFilter(Filters):
    """Filters of users: by name, by a role that they have, by a place they have one at or below."""

    q = filters.CharFilter(method="search", label=_("Name or login"))
    role = filters.ChoiceFilter(
        field_name="memberships__role",
        choices=Role.choices,
        label=_("Role"),
        empty_label=_("Every role"),
        distinct=True,
    )
    place = PlaceFilter(
        method="by_place",
        permission="houshayu.administer",
        label=_("Place"),
        empty_label=_("Every place"),
    )

    class Meta:
        model = User
        fields: list[str] = []

    def search(self, queryset: QuerySet[User], _name: str, text: str) -> QuerySet[User]:
        return queryset.filter(Q(name__icontains=text) | Q(username__icontains=text))

    def by_place(self, queryset: QuerySet[User], _name: str, place: Place) -> QuerySet[User]:
        there = User.objects.filter(memberships__place__ancestors__contains=[place.pk])
        return queryset.filter(pk__in=there.values("pk"))


class RevealFilter(Filters):
    """Filters of what was read: by whom, and on which day in Beijing."""

    by = filters.CharFilter(field_name="by__name", lookup_expr="icontains", label=_("Who"))
    on = filters.DateFilter(method="of_day", label=_("Day"), widget=DayBox())

    class Meta:
        model = Reveal
        fields: list[str] = []

    def of_day(self, queryset: QuerySet[Reveal], _name: str, on: Any) -> QuerySet[Reveal]:
        return queryset.filter(at__range=day_in_beijing(on))


class JobFilter(Filters):
    """Filters of the reader's own jobs; the kinds are those they may ask for."""

    kind = filters.ChoiceFilter(label=_("Kind"), empty_label=_("Every kind"))
    status = filters.ChoiceFilter(
        label=_("Status"), choices=JobStatus.choices, empty_label=_("Every status")
    )

    class Meta:
        model = Job
        fields: list[str] = []

    def __init__(self, *args: Any, request: Request, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        self.filters["kind"].extra["choices"] = [
            (kind.code, kind.label) for kind in jobs.kinds_for(request.user)
        ]


def _kinds() -> list[tuple[str, Any]]:
    return [(kind.code, kind.label) for kind in kinds.every()]


class MessageFilter(Filters):
    """Filters of the reader's own messages, for the page and the API."""

    state = filters.ChoiceFilter(
        method="by_state",
        choices=[("unread", _("Unread"))],
        label=_("State"),
        empty_label=_("All"),
    )
    kind = filters.ChoiceFilter(choices=_kinds, label=_("Kind"), empty_label=_("Every kind"))

    class Meta:
        model = Message
        fields: list[str] = []

    def by_state(self, queryset: Any, _name: str, _unread: str) -> QuerySet[Message]:
        return queryset.unread()


class MailFilter(Filters):
    """Filters of what goes by e-mail, for the page and the API."""

    status = filters.ChoiceFilter(
        field_name="mail_status",
        choices=[choice for choice in MailStatus.choices if choice[0] != MailStatus.NONE],
        label=_("Status"),
        empty_label=_("Every status"),
    )

    class Meta:
        model = Message
        fields: list[str] = []


class WorkOrderFilter(Filters):
    """Filters of work orders, for the page and the API; open ones unless the address says else."""

    STATES = [("open", _("Not done yet")), ("late", _("Overdue")), ("done", _("Done"))]

    state = filters.ChoiceFilter(
        method="by_state", choices=STATES, label=_("State"), empty_label=None, initial="open"
    )
    kind = filters.ChoiceFilter(
        choices=workorders.choices, label=_("Kind"), empty_label=_("Every kind")
    )
    place = PlaceFilter(
        method="by_place",
        permission="houshayu.view_workorder",
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

    def by_state(self, queryset: Any, _name: str, state: str) -> QuerySet[WorkOrder]:
        if state == "late":
            return queryset.late(clock.now())
        return queryset.filter(done_at__isnull=state == "open")

    def by_place(self, queryset: Any, _name: str, place: Place) -> QuerySet[WorkOrder]:
        """Orders at the place and below it."""
        return queryset.filter(place__ancestors__contains=[place.pk])
