"""What is printed."""

from __future__ import annotations

from io import BytesIO

from pdfminer.high_level import extract_text

from houshayu import printing
from tests.cases import report


@report("W06")
def nothing_typed_turns_text_round() -> None:
    for turning in ("\u202e", "\u202d", "\u2067", "\u202b"):
        sheet = printing.pdf(f"<p>allergy: {turning}abc 123\u202c</p>")
        assert "allergy: abc 123" in extract_text(BytesIO(sheet))
