"""Each input of tests/cases/public-reports.csv has its right result."""

from __future__ import annotations

import csv
import inspect
from pathlib import Path

import pytest

from tests.cases import CHECKS, form, mrz, names, platform, sheets

LIST = Path(__file__).parent / "cases" / "public-reports.csv"
with LIST.open(encoding="utf-8", newline="") as file:
    REPORTS = list(csv.DictReader(file))
AREAS = (mrz, names, form, platform, sheets)


def test_every_report_has_its_check_and_every_check_its_report() -> None:
    assert sorted(CHECKS) == sorted(row["id"] for row in REPORTS)


@pytest.mark.parametrize("row", REPORTS, ids=lambda row: row["id"])
def test_what_was_reported_has_its_right_result(
    row: dict[str, str], request: pytest.FixtureRequest
) -> None:
    check = CHECKS[row["id"]]

    check(*(request.getfixturevalue(name) for name in inspect.signature(check).parameters))
