"""Sheets on paper: HTML in, PDF out, with the fonts of this machine and nothing from outside.

What is shared by all sheets of a process (fonts found, print.css parsed) is made once. A batch
paints each sheet as soon as it is laid out and forgets its boxes, 5 MB a sheet; only what stands
on the pages is kept, and the fonts are subset once for the whole file. Every file is PDF/UA: it
has a title, and says in which language what stands where. docs/printing.md has the measurements.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import segno
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from weasyprint import CSS, HTML, Document
from weasyprint.document import DocumentMetadata
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from houshayu.printing.fetching import NOWHERE, FetchRefused, StaticFilesOnly, static_file
from houshayu.printing.letters import Letters
from houshayu.printing.pages import Ink, PaintedPage
from houshayu.printing.tagging import tag_pages
from houshayu.speaking import CHINESE, speaking

__all__ = ["FetchRefused", "many_pdfs", "pdf", "qr_svg", "render_pdf", "static_file", "unprintable"]

# Of a whole file; other languages are named where they stand.
LANGUAGE = "zh-Hans"
# Pango's font map is not made for two threads at once, and the work is bound to one core anyhow.
_press = threading.Lock()


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _stylesheet() -> CSS:
    return CSS(
        string=static_file("css/print.css").decode(),
        base_url=NOWHERE,
        url_fetcher=StaticFilesOnly(),
        font_config=_fonts(),
    )


@contextmanager
def _printing() -> Iterator[None]:
    """One thread at a time; what FatalURLFetchingError hides from handlers is FetchRefused."""
    with _press:
        # A sheet is 100,000 objects that die together: looking for dead ones among them while
        # they live took a quarter of the time.
        collecting = gc.isenabled()
        gc.disable()
        try:
            yield
        except FatalURLFetchingError as error:
            raise FetchRefused(f"{error}: {error.__cause__}") from error
        finally:
            if collecting:
                gc.enable()


# Marks that turn the direction of text round; with one in a free text "abc" is read as "cba".
# Direction is said by the element that holds the text, in our templates.
TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def _lay_out(html: str) -> Document:
    page = HTML(string=html.translate(TURNING), base_url=NOWHERE, url_fetcher=StaticFilesOnly())
    return page.render(font_config=_fonts(), stylesheets=[_stylesheet()])


@cache
def _letters() -> Letters:
    return Letters(_lay_out)


def unprintable(html: str) -> list[str]:
    """The characters that no font of this machine has; a sheet gets a gap in their place."""
    with _printing():
        return _letters().missing(html)


def pdf(html: str) -> bytes:
    """One sheet as a PDF file with the title of the page.

    Raises FetchRefused if it asks for anything from outside.
    """
    return many_pdfs([html])


def render_pdf(template: str, context: dict[str, Any], *, language: str = CHINESE) -> bytes:
    """A template as a PDF file; what it says once, it says in the language. Raises as pdf does."""
    with speaking(language):
        return pdf(render_to_string(template, context))


def many_pdfs(
    sheets: Iterable[str],
    on_progress: Callable[[int], None] = lambda _done: None,
    *,
    title: str = "",
    cover: Callable[[], str] = lambda: "",
) -> bytes:
    """All the sheets in one PDF file, each counting its own pages.

    on_progress is called with how many sheets are done, after each. Without a title, the file has
    that of its first sheet. cover: a sheet to lie on top, asked for when all others are done; ""
    for none. Raises ValueError for no sheet at all, and FetchRefused as pdf does.
    """
    ink = Ink()
    pages: list[PaintedPage] = []
    for done, html in enumerate(sheets, start=1):
        with _printing():
            painted, named = _painted(html, ink)
        pages += painted
        title = title or named
        on_progress(done)
    if not pages:
        raise ValueError("There is nothing to print.")
    if html := cover():
        with _printing():
            pages = _painted(html, ink)[0] + pages
    metadata = DocumentMetadata(title=title, lang=LANGUAGE)
    with _printing():
        whole = Document(pages, metadata, StaticFilesOnly(), _fonts(), {}, None)
        whole.fonts = ink.fonts
        written: bytes = whole.write_pdf(pdf_variant="pdf/ua-1", finisher=tag_pages)
    return written


def _painted(html: str, ink: Ink) -> tuple[list[PaintedPage], str]:
    """The pages of one sheet and its title; its boxes are forgotten when this returns."""
    document = _lay_out(_letters().with_gaps(html))
    if document.metadata.attachments:
        raise FetchRefused("A sheet attached a file.")
    pages = [PaintedPage(page, ink, LANGUAGE) for page in document.pages]
    return pages, document.metadata.title or ""


def qr_svg(text: str, *, meaning: str) -> SafeString:
    """The text as a QR code, as large as the element around it; 15 % of it may be damaged.

    meaning: what a screen reader says in its place.
    """
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(omitsize=True, border=2, svgclass=None, lineclass=None, title=meaning)
    return mark_safe(svg)
