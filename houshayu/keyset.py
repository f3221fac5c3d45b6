"""Pages that are found by where the last one ended: page 1,000 costs what page 1 costs."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.timezone import is_naive

Row = TypeVar("Row", bound=Model)
SIZE = 50


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """Some rows, and the query strings of the pages beside them; empty where there is none."""

    rows: list[Row]
    previous: str
    next: str


def _beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    """What comes after the values in this order."""
    beyond, equal = Q(), Q()
    for term, value in zip(order, values, strict=True):
        name, comparison = _compared(term)
        if value is None:  # a term before it says so, and nothing is more or less empty
            equal &= Q(**{f"{name}__isnull": True})
            continue
        beyond |= equal & Q(**{f"{name}__{comparison}": value})
        equal &= Q(**{name: value})
    # Said once more without OR, so that an index begins here and not at the first page.
    name, comparison = _compared(order[0])
    return Q(**{f"{name}__{comparison}e": values[0]}) & beyond


def _compared(term: str) -> tuple[str, str]:
    return term.lstrip("-"), "lt" if term.startswith("-") else "gt"


def value_of(queryset: QuerySet[Any], term: str, stated: Any) -> Any:
    """A value in the key of an address, as the field or annotation of that name has it.

    Raises ValueError for what no row can have there.
    """
    name = term.lstrip("-")
    added = queryset.query.annotations.get(name)
    field: Any = added.output_field if added else queryset.model._meta.get_field(name)
    try:
        value = field.to_python(stated)
    except (ValidationError, TypeError):
        raise ValueError(term) from None
    if (isinstance(value, str) and "\0" in value) or (
        isinstance(value, datetime) and is_naive(value)
    ):
        raise ValueError(term)
    return value


def _key(row: Model, order: Sequence[str]) -> str:
    values = [getattr(row, term.lstrip("-")) for term in order]
    # str keeps the microseconds of a moment: they distinguish the rows of one millisecond.
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode()


def _values(key: str, order: Sequence[str], queryset: QuerySet[Any]) -> list[Any] | None:
    try:
        stated = json.loads(base64.urlsafe_b64decode(key))
        if not isinstance(stated, list):
            return None
        values = [value_of(queryset, *pair) for pair in zip(order, stated, strict=True)]
        return None if values[0] is None else values
    except (ValueError, RecursionError):
        return None


def keyset_page(
    request: HttpRequest, queryset: QuerySet[Row], *, order: Sequence[str], size: int = SIZE
) -> KeysetPage[Row]:
    """The page that the address names with `after` or `before`; the first one by default.

    order: names of fields and annotations that together are unique, as for order_by; of those
    that can be empty, one before it says whether it is. The other parameters of the
    address stay in the links. A key that is not ours shows the first page.
    """
    key = request.GET.get("before") or request.GET.get("after")
    values = _values(key, order, queryset) if key else None
    backwards = values is not None and "before" in request.GET
    if backwards:
        order = [t[1:] if t.startswith("-") else f"-{t}" for t in order]
    if values is not None:
        queryset = queryset.filter(_beyond(order, values))
    rows = list(queryset.order_by(*order)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_previous = more if backwards else values is not None
    has_next = True if backwards else more

    def link(name: str, row: Row) -> str:
        query = request.GET.copy()
        query.pop("after", None)
        query.pop("before", None)
        query[name] = _key(row, order)
        return query.urlencode()

    return KeysetPage(
        rows,
        link("before", rows[0]) if rows and has_previous else "",
        link("after", rows[-1]) if rows and has_next else "",
    )
