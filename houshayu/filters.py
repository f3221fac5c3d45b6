"""What the kernel's own lists can be narrowed to."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from houshayu.calendar import day_in_beijing
from houshayu.listing import Filters, PlaceFilter
from houshayu.models import Place, Reveal, Role, User


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
        queryset=Place.objects.all(),
        label=_("Place"),
        empty_label=_("Every place"),
    )

    class Meta:
        model = User
        fields: list[str] = []

    def search(self, queryset: QuerySet[User], name: str, text: str) -> QuerySet[User]:
        return queryset.filter(Q(name__icontains=text) | Q(username__icontains=text))

    def by_place(self, queryset: QuerySet[User], name: str, place: Place) -> QuerySet[User]:
        there = User.objects.filter(memberships__place__ancestors__contains=[place.pk])
        return queryset.filter(pk__in=there.values("pk"))


class RevealFilter(Filters):
    """Filters of what was read: by whom, and on which day in Beijing."""

    by = filters.CharFilter(field_name="by__name", lookup_expr="icontains", label=_("Who"))
    on = filters.DateFilter(
        method="of_day", label=_("Day"), widget=forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Reveal
        fields: list[str] = []

    def of_day(self, queryset: QuerySet[Reveal], name: str, on: Any) -> QuerySet[Reveal]:
        return queryset.filter(at__range=day_in_beijing(on))
