"""The tags of a PDF/UA file: what each page says, for those who have it read to them.

WeasyPrint makes the root of the tags, and all else that the standard asks for. Its own tags for
each box are not made: they are three times as many, know no languages, and the time they take
grows with the square of the pages.
"""

from __future__ import annotations

from typing import Any

import pydyf
from weasyprint import Document

from houshayu.printing.outlines import Part

POINTS_PER_PIXEL = 0.75


def tag_pages(document: Document, pdf: pydyf.PDF) -> None:
    """Put what each page of the document says under the root that WeasyPrint made."""
    root = _found(pdf, pdf.catalog["StructTreeRoot"])
    (top,) = root["K"]
    whole, parents = _found(pdf, top), _found(pdf, root["ParentTree"])["Nums"]
    links: list[tuple[bytes, pydyf.Dictionary]] = []
    for number, reference in enumerate(list(pdf.page_references)):
        page = document.pages[number]
        tags = _PageTags(pdf, reference, page.height, links)
        whole["K"] += [tags.add(part, top) for part in page.outline.children]
        parents[2 * number + 1] += [tag for _painting, tag in sorted(tags.by_painting.items())]
    for number, (tag, annotation) in enumerate(links, start=len(document.pages)):
        annotation["StructParent"] = number
        parents += [number, tag]


def _found(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


class _Tag(pydyf.Object):
    """A tag as it is written: one object of a file that has hundreds for each sheet."""

    data = b""


class _PageTags:
    """The tags of one page."""

    def __init__(
        self, pdf: pydyf.PDF, page: bytes, height: float, links: list[tuple[bytes, Any]]
    ) -> None:
        """height: in px. links: tags and annotations, to which those of this page are added."""
        self._pdf, self._page, self._height, self._links = pdf, page, height, links
        self.by_painting: dict[int, bytes] = {}

    def add(self, part: Part, above: bytes) -> bytes:
        """The reference of the part's tag, which is written with all below it."""
        tag = _Tag()
        self._pdf.add_object(tag)
        reference: bytes = tag.reference
        kids = []
        if part.link_annotation is not None:
            kids.append(b"<</Type/OBJR/Obj %b>>" % part.link_annotation.reference)
            self._links.append((reference, part.link_annotation))
        for child in part.children:
            if isinstance(child, int):
                self.by_painting[child] = reference
                kids.append(b"%d" % child)
            else:
                kids.append(self.add(child, reference))
        tag.data = b"<</S/%b/P %b/Pg %b/K[%b]%b>>" % (
            part.type.encode(), above, self._page, b" ".join(kids), self._more(part),
        )  # fmt: skip
        return reference

    def _more(self, part: Part) -> bytes:
        more = b""
        if part.language:
            more += b"/Lang" + pydyf.String(part.language).data
        if part.words:
            more += b"/Alt" + pydyf.String(part.words).data
        if part.cell:
            more += b"/A" + pydyf.Dictionary({"O": "/Table"} | part.cell).data
        if part.place:
            left, top, width, height = part.place
            corners = (left, self._height - top - height, left + width, self._height - top)
            box = pydyf.Array(corner * POINTS_PER_PIXEL for corner in corners)
            more += b"/A" + pydyf.Dictionary({"O": "/Layout", "BBox": box}).data
        return more
