"""Which characters the fonts of this machine have no letters for."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

from weasyprint import Document
from weasyprint.formatting_structure import boxes
from weasyprint.text.ffi import ffi, pango

# What is printed in their place: room to write by hand, where WeasyPrint would print a box.
GAP = "＿"


class Letters:
    """Knows of every character it was asked about whether it can be printed."""

    def __init__(self, lay_out: Callable[[str], Document]) -> None:
        self._lay_out = lay_out
        self._known: set[str] = set()
        self._missing: set[str] = set()

    def missing(self, text: str) -> list[str]:
        """The characters of the text that no font of this machine has, each once."""
        characters = set(text)
        if new := {each for each in characters - self._known if _is_written(each)}:
            self._missing |= set(_without_glyph(self._lay_out(f"<p>{' '.join(sorted(new))}</p>")))
        self._known |= characters
        return sorted(characters & self._missing)

    def with_gaps(self, text: str) -> str:
        """The text with a gap for each character that can't be printed."""
        return text.translate({ord(each): GAP for each in self.missing(text)})


def _is_written(character: str) -> bool:
    """Neither a blank, nor a control character, nor a sign of the markup."""
    return unicodedata.category(character) not in ("Cc", "Cs", "Zs") and character not in "<>&"


def _without_glyph(document: Document) -> Iterator[str]:
    for page in document.pages:
        for box in page._page_box.descendants():
            if isinstance(box, boxes.TextBox):
                box.pango_layout.reactivate(box.style)
                line, _end = box.pango_layout.get_first_line()
                yield from _unknown(line)


def _unknown(line: ffi.CData) -> Iterator[str]:
    """The characters that Pango found no glyph for: it marks their code points with a flag."""
    run = line.runs[0]
    while run != ffi.NULL:
        glyphs = run.data.glyphs
        for number in range(glyphs.num_glyphs):
            glyph = glyphs.glyphs[number].glyph
            if glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG:
                yield chr(glyph - pango.PANGO_GLYPH_UNKNOWN_FLAG)
        run = run.next
