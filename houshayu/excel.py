from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

from houshayu.calendar import BEIJING

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# How a day and a moment look, and how wide that is in characters.
FORMATS = {datetime: "yyyy-mm-dd hh:mm", date: "yyyy-mm-dd"}
WIDEST = 60


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).replace(tzinfo=None)
    if value is None or isinstance(value, int | float | date):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    # A spreadsheet would run what begins like a formula.
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t")) else text or None


def _width(value: Any) -> int:
    """How many characters it takes; a Chinese one is as wide as two."""
    shown = FORMATS.get(type(value)) or str("" if value is None else value)
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in shown)


def excel_response(name: str, header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """An Excel file to download: days and moments as such, in Beijing time; text as text, never
    taken for a formula; what is empty is empty. Columns are as wide as what stands in them, and
    the header stays in sight and can be filtered by."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    table = [[str(title) for title in header], *([_value(each) for each in row] for row in rows)]
    for number, column in enumerate(zip(*table, strict=True), start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = min(max(map(_width, column)) + 2, WIDEST)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table[0]))}{len(table)}"
    for row in table:
        sheet.append([_cell(sheet, value) for value in row])
    out = BytesIO()
    book.save(out)
    return HttpResponse(
        out.getvalue(),
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'},
    )


def _cell(sheet: Any, value: Any) -> Any:
    if type(value) not in FORMATS:
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = FORMATS[type(value)]
    return cell
