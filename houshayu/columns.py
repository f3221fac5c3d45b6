"""The columns of a list: declared once, for its page, its Excel file and the order of its rows.

The address says which of them are shown (`columns=`, once for each) and by which the list is
sorted (`sort=release`, or `sort=-release` for the last first).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from houshayu.address import asked
from houshayu.http import Request

PAGES = ("after", "before")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a list."""

    code: str
    """What the address calls it."""
    label: str | Promise
    value: Callable[[Any, datetime], Any]
    """What a row has there at a moment: as the file holds it, and as the page shows it unless
    there is a template."""
    template: str = ""
    """Shows it on the page; reads what the row's template reads."""
    css: str = ""
    shown: bool = False
    """Whether it is there when the address names no columns."""
    fixed: bool = False
    """It is always there."""
    sort: Any = ""
    """What the list can be sorted by: the path of a field, or an expression."""
    sorts_down: bool = False
    """The highest of those values comes first: day 14 is that of who came the longest ago."""
    indexed: bool = False
    """An index has all rows in that order, the closed ones too; else only a bounded list can be
    sorted by it. Only for the path of a field of the row itself that is never empty."""
    needs: Callable[[Any], Any] | None = None
    """What it adds to the query of the rows, so that reading it asks for nothing more."""


@dataclass(frozen=True)
class Columns:
    """What a list can show of its rows, in this order."""

    every: Sequence[Column]

    def table(self, request: Request, *, bounded: bool) -> Table:
        """Those that the address asks for.

        bounded: the list has no more rows than what is open, and can be sorted in whole.
        """
        return Table(ColumnsForm(asked(request), columns=self, bounded=bounded))

    def sortable(self, *, bounded: bool) -> list[Column]:
        return [each for each in self.every if each.sort and (bounded or each.indexed)]


class FittingChoices(forms.MultipleChoiceField):
    """Of what was asked for, what there is: an address outlives a column."""

    def clean(self, value: Any) -> list[str]:
        return [each for each in self.to_python(value) if self.valid_value(each)]


class ColumnsForm(forms.Form):
    """Which columns a list shows and by which it is sorted, as its address says."""

    NAMES: ClassVar = ("columns", "sort")

    columns = FittingChoices(
        label=gettext_lazy("Columns"), required=False, widget=forms.CheckboxSelectMultiple
    )
    sort = forms.ChoiceField(label=gettext_lazy("Sorted by"), required=False)

    def __init__(self, query: QueryDict, *, columns: Columns, bounded: bool) -> None:
        self.declared, self.address = columns, query.copy()
        query = query.copy()
        query.setlistdefault("columns", [each.code for each in columns.every if each.shown])
        super().__init__(query)
        choices = [(each.code, each.label) for each in columns.every if not each.fixed]
        self.fields["columns"].choices = choices  # type: ignore[attr-defined]
        self.sortable = {each.code: each for each in columns.sortable(bounded=bounded)}
        self.fields["sort"].choices = [("", _("As usual"))] + [  # type: ignore[attr-defined]
            (sign + each.code, words % {"column": each.label})
            for each in self.sortable.values()
            for sign, words in (
                ("", _("%(column)s, first to last")),
                ("-", _("%(column)s, last to first")),
            )
        ]

    @property
    def lost(self) -> bool:
        """Whether the address asks for a column that there is none of."""
        fits = {each.code for each in self.declared.every}
        sort = self.address.get("sort", "").removeprefix("-")
        return bool({*self.address.getlist("columns"), sort} - fits - {""})


@dataclass(frozen=True)
class Head:
    """The head of a column, and where a press on it leads: the list sorted by it."""

    column: Column
    href: str
    direction: str
    """ascending, descending, or empty: as aria-sort says it."""


class Table:
    """The columns that are shown, and the order of the rows."""

    def __init__(self, form: ColumnsForm) -> None:
        self.form = form
        form.is_valid()
        chosen = form.cleaned_data["columns"]
        self.columns = [each for each in form.declared.every if each.fixed or each.code in chosen]
        sort = form.cleaned_data.get("sort", "")
        self.sorted_by: Column | None = form.sortable.get(sort.removeprefix("-"))
        self.downwards = sort.startswith("-")

    def prepare(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with all that the columns and the order read."""
        for column in self.columns:
            if column.needs:
                rows = column.needs(rows)
        if self.sorted_by and not self.sorted_by.indexed:
            sort = self.sorted_by.sort
            empty = ExpressionWrapper(Q(sort_value__isnull=True), output_field=BooleanField())
            rows = rows.annotate(sort_value=F(sort) if isinstance(sort, str) else sort)
            rows = rows.annotate(sort_empty=empty)
        return rows

    def order(self, usual: Sequence[str]) -> Sequence[str]:
        """As keyset_page takes it; rows that have nothing there are the last in any direction."""
        if not self.sorted_by:
            return usual
        sign = "-" if self.downwards != self.sorted_by.sorts_down else ""
        if self.sorted_by.indexed:
            return [f"{sign}{self.sorted_by.sort}", f"{sign}id"]
        return ["sort_empty", f"{sign}sort_value", f"{sign}id"]

    @property
    def heads(self) -> Iterator[Head]:
        for column in self.columns:
            is_sorted, href = column == self.sorted_by, ""
            if column.code in self.form.sortable:
                query = self.form.address.copy()
                for name in PAGES:
                    query.pop(name, None)
                query["sort"] = (
                    f"-{column.code}" if is_sorted and not self.downwards else column.code
                )
                href = f"?{query.urlencode()}"
            direction = ("descending" if self.downwards else "ascending") if is_sorted else ""
            yield Head(column, href, direction)

    @property
    def kept(self) -> Iterator[tuple[str, str]]:
        """What the form of the filters sends along."""
        return self._pairs(lambda name: name in ColumnsForm.NAMES)

    @property
    def besides(self) -> Iterator[tuple[str, str]]:
        """What the form of the columns sends along."""
        return self._pairs(lambda name: name not in (*ColumnsForm.NAMES, *PAGES))

    @property
    def asked(self) -> str:
        """The columns as an address asks for them; empty where it does not."""
        query = QueryDict(mutable=True)
        for name, value in self.kept:
            query.appendlist(name, value)
        return query.urlencode()

    def _pairs(self, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        for name, values in self.form.address.lists():
            if wanted(name):
                yield from ((name, str(value)) for value in values)

    @property
    def titles(self) -> list[str]:
        """The first line of the file."""
        return [str(column.label) for column in self.columns]

    def values(self, row: Any, now: datetime) -> list[Any]:
        """One line of the file."""
        return [column.value(row, now) for column in self.columns]
