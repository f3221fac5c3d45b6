"""The lines of a machine-readable zone, however it was read or copied."""

from __future__ import annotations

import re

from houshayu.typed import half_width, visible
from returnees.documents.layouts import Layout
from returnees.documents.sizes import TD1, TD2, TD3

# A zone in one piece, by its length: how long its lines are.
BLOBS = {88: 44, 90: 30, 72: 36}
# What writing programs make of < and <<.
FILLERS = str.maketrans({"«": "<<", "≪": "<<", "《": "<<", "‹": "<", "〈": "<", "⟨": "<"})


def lines_of(text: str) -> list[str]:
    """The lines of the zone, with blanks taken out where only that gives them their length."""
    typed = half_width(visible(text).translate(FILLERS)).upper().strip("\r\n|")
    whole = {*BLOBS, *BLOBS.values()}
    rows = re.split(r"[\r\n|]+", typed)
    rows = [row if len(row) in whole else re.sub(r"\s", "", row) for row in rows]
    rows = [row for row in rows if row]
    if len(rows) == 1 and len(rows[0]) in BLOBS:
        width = BLOBS[len(rows[0])]
        return [rows[0][i : i + width] for i in range(0, len(rows[0]), width)]
    return _without_the_rest_of_the_page(rows)


def _without_the_rest_of_the_page(rows: list[str]) -> list[str]:
    """The rows without words that stood above or below the zone, if there are any of the zone."""
    in_zone = [
        "<" in row or any(abs(len(row) - width) <= 2 for width in BLOBS.values()) for row in rows
    ]
    if True not in in_zone:
        return rows
    first = in_zone.index(True)
    rows, in_zone = rows[first:], in_zone[first:]
    belonging = [row for row, belongs in zip(rows, in_zone, strict=True) if belongs]
    count = len(layout_of(belonging).widths)
    # A line that was begun belongs to it all the same, where one is missing.
    return belonging if len(belonging) >= count else rows[:count]


def layout_of(rows: list[str]) -> Layout:
    """The layout that the rows come closest to."""
    longest = max(map(len, rows), default=0)
    if longest > 40 or not rows:
        return TD3
    return TD2 if longest > 32 and len(rows) < 3 else TD1
