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
from houshayu.http import Request
from houshayu.keyset import keyset_page

YES_NO = [("true", _("yes")), ("false", _("no"))]


@extend_schema_field(OpenApiTypes.STR)
class PlaceFilter(filters.ModelChoiceFilter):
    """One place, asked for by its code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, to_field_name="code", **kwargs)


class Filters(filters.FilterSet):
    """What a list can be narrowed to, by its page and by the API."""

    # Asked by the API, or by a link; the form of the page keeps them without showing them.
    aside: ClassVar[Sequence[str]] = ()

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
    bulk: BulkActs | None = None,
    complete: Callable[[list[Any]], None] | None = None,
    **context: Any,
) -> HttpResponse:
    """A page of what the filters leave, with what its reader may do with several rows at once.

    order: as keyset_page takes it. complete: gives the rows of the page what no query of theirs
    has. The template reads page, filter and bulk, and what the context adds; _filters.html,
    _bulk.html and _pagination.html show what every list has.
    """
    page = keyset_page(request, found.qs, order=order)
    if complete:
        complete(page.rows)
    context |= {
        "filter": found,
        "page": page,
        "bulk": bulk.offered_to(request.user) if bulk else None,
    }
    return render(request, template, context)
