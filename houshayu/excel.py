from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from houshayu.calendar import BEIJING

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).replace(tzinfo=None)
    if value is None or isinstance(value, int | float):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    # A spreadsheet would run what begins like a formula.
    return "'" + text if text[:1] in "=+-@\t" else text


def excel_response(name: str, header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """An Excel file to download; moments in Beijing time, text never taken for a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([str(title) for title in header])
    for row in rows:
        sheet.append([_cell(value) for value in row])
    out = BytesIO()
    book.save(out)
    return HttpResponse(
        out.getvalue(),
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'},
    )
