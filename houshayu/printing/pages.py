"""The pages of a file, painted as soon as they are laid out.

WeasyPrint keeps the boxes of every page until the file is written, 5 MB a sheet; of a painted page
only the painting and the outline of what it says are left.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pydyf
from weasyprint.document import Page
from weasyprint.formatting_structure import boxes
from weasyprint.pdf.stream import Stream

from houshayu.printing.outlines import in_margins, outline
from houshayu.printing.tagging import POINTS_PER_PIXEL


class SheetStream(Stream):
    """A page's painting, in which margins and blanks are no part of what the page says."""

    unsaid: frozenset[Any] = frozenset()

    @contextmanager
    def marked(self, box: Any, tag: str) -> Iterator[None]:
        """What is painted inside belongs to the box; its number is kept in the tags."""
        if box in self.unsaid:
            with self.artifact():
                yield
        elif hasattr(box, "text") and not box.text.strip():
            yield
        else:
            with super().marked(box, tag):
                yield


class Ink:
    """What the pages of a file are painted with: fonts, images, transparency, patterns."""

    def __init__(self) -> None:
        self.fonts: dict[Any, Any] = {}
        self.images: dict[str, Any] = {}
        self.resources = {
            "ExtGState": pydyf.Dictionary(),
            "XObject": pydyf.Dictionary(),
            "Pattern": pydyf.Dictionary(),
            "Shading": pydyf.Dictionary(),
            "ColorSpace": pydyf.Dictionary(),
        }

    def stream(self, page: Page, tags: dict[Any, Any]) -> SheetStream:
        """An empty stream to paint the page into; tags is filled with what it says."""
        stream = SheetStream(
            fonts=self.fonts,
            page_rectangle=(0, 0, page.width, page.height),
            resources=self.resources,
            images=self.images,
            tags=tags,
            color_profiles={},
            output_intent=None,
        )
        stream.unsaid = in_margins(page._page_box)
        stream.transform(d=-1, f=page.height * POINTS_PER_PIXEL)
        return stream


class NoBoxes(boxes.PageBox):
    """What WeasyPrint walks in the place of the boxes of a page, and finds nothing to tag in."""

    element = element_tag = None
    children = ()

    def __init__(self) -> None:
        pass


class PaintedPage(Page):
    """A page of which painting and outline are kept; WeasyPrint's own keeps boxes and styles."""

    _page_box = NoBoxes()

    def __init__(self, page: Page, ink: Ink, language: str) -> None:
        """language: of what names no other."""
        self.width, self.height, self.bleed = page.width, page.height, page.bleed
        # Names within a sheet would meet those of the other sheets.
        self.bookmarks: list[Any] = []
        self.anchors: dict[str, Any] = {}
        self.forms: dict[Any, Any] = {None: []}
        self._ink = ink
        tags: dict[Any, Any] = {}
        stream = ink.stream(page, tags)
        before = len(stream.stream)
        page.paint(stream, POINTS_PER_PIXEL)
        painting = b"\n".join(_bytes(each) for each in stream.stream[before:])
        self._painting = zlib.compress(painting, level=1)
        numbers = {box: tag["mcid"] for box, tag in tags.items()}
        self.outline, links = outline(page._page_box, numbers, language)
        self.links = [
            (kind, target, rectangle, links[box.element])
            for kind, target, rectangle, box in page.links
            if kind == "external"
        ]

    def paint(self, stream: Stream, _scale: float = POINTS_PER_PIXEL) -> None:
        """Put the painting on the page of the file, and what it was painted with into the file."""
        stream.stream.append(zlib.decompress(self._painting))
        stream._images.update(self._ink.images)
        for kind in ("ExtGState", "XObject", "Pattern", "Shading"):
            stream._resources[kind].update(self._ink.resources[kind])


def _bytes(operator: Any) -> bytes:
    """One operator of a painting, as pydyf writes it."""
    if isinstance(operator, pydyf.Object):
        return bytes(operator.data)
    return operator if isinstance(operator, bytes) else str(operator).encode()
