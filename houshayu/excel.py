"""Excel files of lists: typed cells under a head that stays, and nothing in them that runs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import chain, islice
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from houshayu.calendar import BEIJING

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DATE = "yyyy-mm-dd"
MOMENT = "yyyy-mm-dd hh:mm"
# A file is written row by row, and its columns come first: these rows say how wide they are.
MEASURED = 200
NARROWEST, WIDEST = 8, 48
# A spreadsheet would run a text that begins so.
LIKE_A_FORMULA = ("=", "+", "-", "@", "\t")


def excel_response(name: str, header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """An Excel file to download, with filters; rows may be an iterator, and are not kept.

    Numbers, days and moments are such, the latter in Beijing time; None and "" are empty cells;
    all else is text, whatever it begins with.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    titles = [str(title) for title in header]
    measured, typed = _first(map(_row, rows))
    for number, column in enumerate(zip(titles, *measured, strict=True), start=1):
        widest = max(map(_width, column)) + 2
        width = min(max(widest, NARROWEST), WIDEST)
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, title, bold=True) for title in titles])
    last = 1
    for row in typed:
        sheet.append([_cell(sheet, value) for value in row])
        last += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(titles))}{last}"
    out = BytesIO()
    book.save(out)
    return HttpResponse(
        out.getvalue(),
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'},
    )


def _first(rows: Iterator[list[Any]]) -> tuple[Sequence[list[Any]], Iterator[list[Any]]]:
    """The first rows, and all of them once more."""
    first = list(islice(rows, MEASURED))
    return first, chain(first, rows)


def _row(values: Iterable[Any]) -> list[Any]:
    return [_typed(value) for value in values]


def _typed(value: Any) -> Any:
    """What a cell holds: a number, a day, a moment in Beijing without its zone, text, or None."""
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).replace(tzinfo=None)
    if isinstance(value, date | int | float | Decimal) or value is None:
        return value
    return ILLEGAL_CHARACTERS_RE.sub("", str(value)) or None


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    """The value, in a cell that says how it is meant where that is not plain."""
    if isinstance(value, date):
        cell: Any = WriteOnlyCell(sheet)
        cell.value = value
        cell.number_format = MOMENT if isinstance(value, datetime) else DATE
        return cell
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value)
        # Text, also to somebody who edits the cell.
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(LIKE_A_FORMULA)
        if bold:
            cell.font = Font(bold=True)
        return cell
    return value


def _width(value: Any) -> int:
    """In the widths of a digit; a character of Chinese takes two."""
    if isinstance(value, date):
        return len(MOMENT if isinstance(value, datetime) else DATE)
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in str(value or ""))
