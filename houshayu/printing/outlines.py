"""What a page says, without how it looks: headings, paragraphs, tables, pictures and languages.

Boxes that say nothing are looked through: wrappers, lines, spans, and tables that only hold their
cells in place (role="presentation"), whose cells are paragraphs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

# The structure types of PDF (ISO 32000-1, 14.8.4) for what stands in the elements of a page.
TYPES = {
    "a": "Link", "article": "Art", "caption": "Caption", "h1": "H1", "h2": "H2", "h3": "H3",
    "p": "P", "section": "Sect", "table": "Table", "td": "TD", "th": "TH", "tr": "TR",
}  # fmt: skip
# These are paragraphs where they hold text themselves; so is a cell of a table that is none.
AROUND_TEXT = {"body", "dd", "div", "dt", "footer", "header", "li"}
WITHIN = {"tr": "Table", "caption": "Table", "td": "TR", "th": "TR"}


@dataclass(slots=True, eq=False)
class Part:
    """A part of what a page says, and what it consists of: parts, and numbers of paintings."""

    type: str
    children: list[Part | int] = field(default_factory=list)
    # Where it is another than that of what is around it.
    language: str = ""
    # What stands for a picture, and its place: left, top, width and height in px.
    words: str = ""
    place: tuple[float, float, float, float] | None = None
    # Of a cell: how far it reaches; of a head, whether it is of its row or of its column.
    cell: dict[str, Any] | None = None
    # Made by WeasyPrint where this is a link.
    link_annotation: Any = None


def in_margins(page_box: Any) -> frozenset[Any]:
    """The boxes at the head and foot of a page, which are repeated and say nothing."""
    margins = (child for child in page_box.children if isinstance(child, boxes.MarginBox))
    return frozenset(box for margin in margins for box in margin.descendants())


def outline(
    page_box: Any, numbers: Mapping[Any, int], language: str
) -> tuple[Part, dict[Any, Part]]:
    """What a painted page says, and the link for each element that is one.

    numbers: of the boxes that say something. language: of what names no other.
    """
    reader = _Reader(numbers)
    whole = Part("Document")
    reader.read(page_box, None, whole)
    whole.children = _in_paragraphs(whole.children)
    _speak(whole, language)
    return whole, reader.links


class _Reader:
    def __init__(self, numbers: Mapping[Any, int]) -> None:
        self.numbers = numbers
        self.links: dict[Any, Part] = {}
        # The element read last that is a part, which may go on on the next line.
        self.last: tuple[Any, Part] | None = None

    def read(self, box: Any, element: Any, part: Part) -> None:
        """Put what is in the box of the element into the part."""
        for child in box.children:
            if isinstance(child, AbsolutePlaceholder):
                child = child._box
            number = self.numbers.get(child)
            if number is None:
                if child.children and not isinstance(child, boxes.MarginBox):
                    self.read_box(child, element, part)
            elif isinstance(child, boxes.TextBox):
                part.children.append(Part("Span", [number], child.style["lang"] or ""))
            else:
                part.children.append(_picture(number, child))

    def read_box(self, box: Any, around: Any, part: Part) -> None:
        tag, element = box.element_tag, box.element
        stray = tag in WITHIN and WITHIN[tag] != part.type
        if element is None or element is around:
            # An anonymous box, of which CSS needs many.
            self.read(box, around, part)
        elif self.last and self.last[0] is element:
            self.read(box, element, self.last[1])
        elif tag in TYPES and not stray and element.get("role") != "presentation":
            new = Part(TYPES[tag], cell=_cell(box))
            part.children.append(new)
            self.last = element, new
            if tag == "a":
                self.links[element] = new
            self.read(box, element, new)
        elif tag in AROUND_TEXT or (stray and tag != "tr"):
            inside = Part("Div")
            self.read(box, element, inside)
            part.children += _in_paragraphs(inside.children)
        else:
            self.read(box, element, part)


def _picture(number: int, box: Any) -> Part:
    title = box.element.find("{http://www.w3.org/2000/svg}title")
    words = box.element.get("alt", "") if title is None else title.text
    place = (box.content_box_x(), box.content_box_y(), box.width, box.height)
    return Part("Figure", [number], words=words, place=place)


def _cell(box: Any) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    if box.element_tag == "th":
        found["Scope"] = "/Row" if box.element.get("scope") == "row" else "/Column"
    if box.colspan > 1:
        found["ColSpan"] = box.colspan
    if box.rowspan > 1:
        found["RowSpan"] = box.rowspan
    return found or None


def _in_paragraphs(children: list[Part | int]) -> list[Part | int]:
    """The same, with each run of text and links in a paragraph."""

    def inline(child: Part | int) -> bool:
        return isinstance(child, Part) and child.type in ("Link", "Span")

    grouped: list[Part | int] = []
    for in_line, run in groupby(children, inline):
        together = list(run)
        grouped += [Part("P", together)] if in_line else together
    return grouped


def _speak(part: Part, language: str) -> None:
    """Each part below says its language where that changes; other runs of text are no parts."""
    parts = [child for child in part.children if isinstance(child, Part)]
    own = {child.language or language for child in parts if child.type == "Span"}
    if len(own) == 1 and own != {language}:
        (language,) = own
        part.language = language
    spoken: list[Part | int] = []
    for said, run in groupby(
        parts, lambda child: (child.language or language) if child.type == "Span" else None
    ):
        if said is None:
            for child in run:
                if child.type != "Figure":
                    _speak(child, language)
                spoken.append(child)
        else:
            numbers = [number for span in run for number in span.children]
            spoken += numbers if said == language else [Part("Span", numbers, said)]
    part.children = spoken
