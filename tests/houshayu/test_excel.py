"""Excel files: nothing in them runs, and nothing typed keeps them from being made."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from houshayu.excel import excel_response
from tests.factories import NOW


def written(value: Any) -> Any:
    """What stands in the only cell below the header."""
    book = load_workbook(BytesIO(excel_response("cases", ["Name"], [[value]]).content))
    return book.active["A2"]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1+1", "\x0b=1+1"])
def test_what_begins_like_a_formula_is_text(text: str) -> None:
    cell = written(text)

    assert (cell.data_type, cell.value[0]) == ("s", "'")


def test_a_control_character_is_left_out() -> None:
    assert written("WANG\x0b XIAO\x00MING").value == "WANG XIAOMING"


def test_a_moment_is_written_in_beijing_time() -> None:
    assert written(NOW).value == NOW.replace(tzinfo=None)
