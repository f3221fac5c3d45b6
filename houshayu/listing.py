"""The shape of a list: filters that stay in the address, pages, and acts on chosen rows.

One FilterSet serves the page and the API, so that a filter has one name in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

import django_filters as filters
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from houshayu.bulk import BulkActs
from houshayu.columns import Columns
from houshayu.http import Request
from houshayu.keyset import keyset_page
from houshayu.models import Place
from houshayu.models.places import PlaceQuerySet
from houshayu.saved_views import SavedViews

YES_NO = [("true", _("yes")), ("false", _("no"))]


def _every_place() -> PlaceQuerySet:
    return Place.objects.all()


@extend_schema_field(OpenApiTypes.STR)
class PlaceFilter(filters.ModelChoiceFilter):
    """One place, asked for by its code.

    permission: it is one of those where the reader holds this. EVERYWHERE: it may be another's,
    as the other side of what both sides see. among: which of them make sense.
    """

    EVERYWHERE = ""

    def __init__(
        self,
        *args: Any,
        permission: str,
        among: Callable[[], PlaceQuerySet] = _every_place,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, to_field_name="code", queryset=self._offered, **kwargs)
        self.permission, self.among = permission, among

    def _offered(self, request: Request | None) -> PlaceQuerySet:
        if self.permission == self.EVERYWHERE:
            return self.among()
        if request is None:  # as the description of the API asks
            return Place.objects.none()
        return self.among() & Place.objects.covered_by(request.user, self.permission)


class Filters(filters.FilterSet):
    """What a list can be narrowed to, by its page and by the API."""

    # Asked by the API, or by a link; the form of the page keeps them without showing them.
    aside: ClassVar[Sequence[str]] = ()

    @property
    def bounded(self) -> bool:
        """Whether they leave no more than what is open, which can be sorted in whole."""
        return False

    @property
    def lost(self) -> list[str]:
        """What the address asks and nothing here fits, by the labels of the filters."""
        return [str(self.form[name].label) for name in self.form.errors if name in self.form.fields]

    @property
    def shown(self) -> list[BoundField]:
        """The fields that the form of the page shows."""
        return [field for field in self.form if field.name not in self.aside]

    @property
    def kept(self) -> Iterator[tuple[str, str]]:
        """What the address asks besides: names and values that the form sends along."""
        for name in self._names(self.aside):
            for value in self._asked(name):
                yield name, value

    @property
    def active(self) -> int:
        """How many filters the address uses; what a page sets by itself does not count."""
        return sum(
            any(any(self._asked(each)) for each in self._names([name])) for name in self.filters
        )

    def _names(self, filter_names: Sequence[str]) -> Iterator[str]:
        """What the filters are called in an address: a range has two names."""
        for name in filter_names:
            suffixes = getattr(self.filters[name].field.widget, "suffixes", None)
            yield from [f"{name}_{suffix}" for suffix in suffixes] if suffixes else [name]

    def _asked(self, name: str) -> list[str]:
        values: list[str] = self.request.GET.getlist(name) if self.request else []
        return values


def listing(
    request: Request,
    template: str,
    found: Filters,
    *,
    order: Sequence[str],
    columns: Columns | None = None,
    bulk: BulkActs | None = None,
    complete: Callable[[list[Any]], None] | None = None,
    **context: Any,
) -> HttpResponse:
    """A page of what the filters leave, with what its reader may do with several rows at once.

    order: as keyset_page takes it; columns: what else the reader may choose and sort by. complete:
    gives the rows of the page what no query of theirs has. The template reads page, filter, table
    and bulk, and what the context adds; _filters.html, _heads.html, _bulk.html and
    _pagination.html show what every list has.
    """
    table = columns.table(request, bounded=found.bounded) if columns else None
    rows = table.prepare(found.qs) if table else found.qs
    page = keyset_page(request, rows, order=table.order(order) if table else order)
    if complete:
        complete(page.rows)
    context |= {
        "filter": found,
        "page": page,
        "table": table,
        "views": SavedViews(request),
        "bulk": bulk.offered_to(request.user) if bulk else None,
    }
    return render(request, template, context)
