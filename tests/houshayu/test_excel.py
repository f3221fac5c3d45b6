"""Excel files: cells of the right type, and nothing in them runs.

Read back by calamine, which has nothing in common with the library that writes them; what it does
not read (formats, widths), by openpyxl.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from houshayu.excel import excel_response
from tests.factories import NOW


def file(rows: Iterable[Iterable[Any]], header: Iterable[Any] = ("Name",)) -> BytesIO:
    return BytesIO(excel_response("cases", header, rows).content)


def read(value: Any) -> Any:
    """What another program reads in the only cell below the head; "" where it is empty."""
    # A column beside it, as an empty row would not be read at all.
    book = CalamineWorkbook.from_filelike(file([[value, "x"]], ("Name", "Other")))
    return book.get_sheet_by_index(0).to_python()[1][0]


def sheet(rows: Iterable[Iterable[Any]], header: Iterable[Any]) -> Worksheet:
    active = load_workbook(file(rows, header)).active
    assert isinstance(active, Worksheet)
    return active


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1+1", "=HYPERLINK(A1)"])
def test_what_begins_like_a_formula_is_that_text_and_stays_it(text: str) -> None:
    cell = sheet([[text]], ["Name"])["A2"]

    assert read(text) == text
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", text, True)


def test_a_head_that_begins_like_a_formula_is_text_too() -> None:
    assert sheet([], ["=1+1"])["A1"].data_type == "s"


@pytest.mark.parametrize("empty", ["", None, "\x0b"])
def test_where_there_is_nothing_the_cell_is_empty(empty: str | None) -> None:
    assert read(empty) == ""
    assert sheet([[empty, "x"]], ["Name", "Other"])["A2"].value is None


def test_a_control_character_is_left_out() -> None:
    assert read("WANG\x0b XIAO\x00MING") == "WANG XIAOMING"


@pytest.mark.parametrize(
    ("value", "there"),
    [
        (date(2020, 4, 3), date(2020, 4, 3)),
        (NOW, NOW.replace(tzinfo=None)),
        (14, 14),
        (0, 0),
        (36.6, 36.6),
        ("0123", "0123"),
        (_("yes"), "是"),
    ],
)
def test_a_cell_has_the_type_of_its_value(value: Any, there: Any) -> None:
    assert read(value) == there


def test_a_decimal_is_a_number() -> None:
    assert read(Decimal("37.3")) == 37.3


def test_days_and_moments_are_shown_as_such() -> None:
    row = sheet([[date(2020, 4, 3), datetime(2020, 4, 3, 9, 5)]], ["Day", "Moment"])[2]

    assert [cell.number_format for cell in row] == ["yyyy-mm-dd", "yyyy-mm-dd hh:mm"]


def test_columns_are_as_wide_as_what_is_in_them_but_not_wider_than_a_screen() -> None:
    columns = sheet([["王小明在后沙峪", NOW, "x" * 400]], ["Name", "At", "Note"]).column_dimensions

    assert [columns[letter].width for letter in "ABC"] == [16, 18, 48]


def test_the_head_stays_and_every_column_can_be_filtered() -> None:
    found = sheet([["a", 1], ["b", 2]], ["Name", "Day"])

    assert (found.freeze_panes, found.auto_filter.ref) == ("A2", "A1:B3")
    assert found["A1"].font.bold


def test_no_rows_are_a_head_alone() -> None:
    found = sheet([], ["Name", "Day"])

    assert (found.max_row, found.auto_filter.ref) == (1, "A1:B1")


def test_rows_are_not_kept_while_the_file_is_written() -> None:
    def rows(count: int) -> Iterator[list[Any]]:
        for number in range(count):
            yield [f"HSY-{number:06d}", "王小明" * 9, NOW, number]

    def most(count: int) -> int:
        tracemalloc.start()
        excel_response("cases", ["Number", "Name", "At", "Day"], rows(count))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    most(10)

    # The rows alone would be 600 bytes each; the file itself is some 20.
    assert most(4_000) - most(400) < 3_600 * 150
