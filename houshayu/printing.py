"""Sheets on paper: HTML in, PDF out, with the fonts of this machine and nothing from outside.

What is shared by all sheets of a process (fonts found, print.css parsed) is made once. A batch
paints each sheet as soon as it is laid out and forgets its boxes, 5 MB a sheet; only what stands
on the pages is kept, and the fonts are subset once for the whole file. docs/printing.md has the
measurements.
"""

from __future__ import annotations

import gc
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pydyf
import segno
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from weasyprint import CSS, HTML, Document
from weasyprint.document import Page
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.pdf.stream import Stream
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from houshayu.bilingual import CHINESE, speaking

# What relative addresses start from; a name that no network knows (RFC 2606).
NOWHERE = "https://sheet.invalid/"
POINTS_PER_PIXEL = 0.75
# Pango's font map is not made for two threads at once, and the work is bound to one core anyhow.
_press = threading.Lock()


class FetchRefused(Exception):
    """A sheet asked for something that is not a static file of ours."""


class StaticFilesOnly(URLFetcher):
    """Answers data: addresses and our own static files; refuses network and all other files."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"}, fail_on_errors=True)

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        prefix = NOWHERE.rstrip("/") + settings.STATIC_URL
        if not url.startswith(prefix):
            return super().fetch(url, headers)
        name = unquote(urlsplit(url).path).removeprefix(settings.STATIC_URL)
        return URLFetcherResponse(
            url, static_file(name), {"Content-Type": guess_type(name)[0] or ""}
        )


def static_file(name: str) -> bytes:
    """One of our static files, collected or not; raises FetchRefused for any other name."""
    if found := finders.find(name):
        return Path(str(found)).read_bytes()
    if staticfiles_storage.exists(name):
        with staticfiles_storage.open(name) as file:
            return bytes(file.read())
    raise FetchRefused(f"There is no static file {name!r}.")


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


def _lay_out(html: str) -> Document:
    page = HTML(string=html, base_url=NOWHERE, url_fetcher=StaticFilesOnly())
    return page.render(font_config=_fonts(), stylesheets=[_stylesheet()])


def pdf(html: str) -> bytes:
    """One sheet as a PDF file. Raises FetchRefused if it asks for anything from outside."""
    with _printing():
        written: bytes = _lay_out(html).write_pdf()
    return written


def render_pdf(template: str, context: dict[str, Any], *, language: str = CHINESE) -> bytes:
    """A template as a PDF file, its plain texts in the language. Raises as pdf does."""
    with speaking(language):
        return pdf(render_to_string(template, context))


def many_pdfs(
    sheets: Iterable[str], on_progress: Callable[[int], None] = lambda _done: None
) -> bytes:
    """All the sheets in one PDF file, each counting its own pages.

    on_progress is called after each with how many sheets are done. Raises ValueError for no sheet
    at all, and FetchRefused as pdf does.
    """
    ink = Ink()
    pages: list[Page] = []
    for done, html in enumerate(sheets, start=1):
        pages += _painted(html, ink)
        on_progress(done)
    if not pages:
        raise ValueError("There is nothing to print.")
    metadata = DocumentMetadata(lang="zh-Hans")
    with _printing():
        whole = Document(pages, metadata, StaticFilesOnly(), _fonts(), {}, None)
        whole.fonts = ink.fonts
        written: bytes = whole.write_pdf()
    return written


def _painted(html: str, ink: Ink) -> list[Page]:
    """The pages of one sheet, painted; its boxes are forgotten when this returns."""
    with _printing():
        return [PaintedPage(page, ink) for page in _lay_out(html).pages]


class Ink:
    """What the pages of a batch are painted with: fonts, images, transparency, patterns."""

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

    def stream(self, page: Page) -> Stream:
        """An empty stream to paint the page into."""
        stream = Stream(
            fonts=self.fonts,
            page_rectangle=(0, 0, page.width, page.height),
            resources=self.resources,
            images=self.images,
            tags=None,
            color_profiles={},
            output_intent=None,
        )
        stream.transform(d=-1, f=page.height * POINTS_PER_PIXEL)
        return stream


class PaintedPage(Page):
    """A page of which only the painting is kept; WeasyPrint's own keeps its boxes and styles."""

    def __init__(self, page: Page, ink: Ink) -> None:
        self.width, self.height, self.bleed = page.width, page.height, page.bleed
        self.links = [link for link in page.links if link[0] == "external"]
        # Names within a sheet would meet those of the other sheets.
        self.bookmarks: list[Any] = []
        self.anchors: dict[str, Any] = {}
        self.forms: dict[Any, Any] = {None: []}
        self._ink = ink
        stream = ink.stream(page)
        before = len(stream.stream)
        page.paint(stream, POINTS_PER_PIXEL)
        self._painting = zlib.compress(b"\n".join(stream.stream[before:]), level=1)

    def paint(self, stream: Stream, _scale: float = POINTS_PER_PIXEL) -> None:
        """Put the painting on the page of the file, and what it was painted with into the file."""
        stream.stream.append(zlib.decompress(self._painting))
        stream._images.update(self._ink.images)
        for kind in ("ExtGState", "XObject", "Pattern", "Shading"):
            stream._resources[kind].update(self._ink.resources[kind])


def qr_svg(text: str) -> SafeString:
    """The text as a QR code, as large as the element around it; 15 % of it may be damaged."""
    code = segno.make(text, error="m", micro=False)
    return mark_safe(code.svg_inline(omitsize=True, border=2, svgclass=None, lineclass=None))
