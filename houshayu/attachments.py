"""Files that people attach: which kinds there are, and what is taken of a file.

Apps register their kinds in `AppConfig.ready`. A file is known by its content; its name and what
the browser says of it prove nothing. What is kept of a picture is the picture alone: where, when
and with what it was taken is left behind. The rows are `houshayu.models.Attachment`.
"""

from __future__ import annotations

import re
import struct
import zipfile
from dataclasses import dataclass
from io import BytesIO

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageFile, ImageOps

from houshayu.exceptions import Conflict

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
# How a file of each type begins.
BEGINNINGS = {PDF: b"%PDF-", JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n"}
NAMES = {PDF: "PDF", JPEG: "JPEG", PNG: "PNG"}
# A picture of a few kilobytes can claim gigabytes; the cameras of telephones stay below this.
MOST_PIXELS = 50_000_000
PDF_TRAILER = re.compile(rb"startxref\s+\d+\s+%%EOF\s*\Z")
PAGE_OF_THE_WEB = re.compile(rb"<(!doctype|html|head|body|script|svg|iframe)\b", re.IGNORECASE)
# Readers of PDF look for its beginning, and browsers for tags, in the first so many bytes.
LOOKED_THROUGH = 1024


class FileRefused(Conflict):
    """The file is refused, and nothing of it is kept; str() says why."""


@dataclass(frozen=True)
class AttachmentKind:
    """What may be attached as one kind of thing.

    media_types: keys of BEGINNINGS. most_bytes: of the file as it is sent. keeping: for how long
    it is kept, said to the one who attaches it.
    """

    code: str
    label: str | Promise
    media_types: tuple[str, ...]
    most_bytes: int
    keeping: str | Promise


@dataclass(frozen=True)
class ReadFile:
    """A file that was read and found to be what its kind takes, without its traces."""

    kind: AttachmentKind
    media_type: str
    content: bytes


_kinds: dict[str, AttachmentKind] = {}


def register(kind: AttachmentKind) -> None:
    """Files of this kind can be attached. Raises ValueError for a code that is taken."""
    if _kinds.setdefault(kind.code, kind) != kind:
        raise ValueError(f"There is a kind of attachment {kind.code!r} already.")


def takes(kind: AttachmentKind) -> str | Promise:
    """What the kind takes, in a line for the one who chooses a file."""
    return format_lazy(
        gettext_lazy("{types}, up to {size} MB."), types=_names(kind), size=_megabytes(kind)
    )


def _names(kind: AttachmentKind) -> str:
    return ", ".join(NAMES[media_type] for media_type in kind.media_types)


def _megabytes(kind: AttachmentKind) -> int:
    return kind.most_bytes // (1024 * 1024)


def read(content: bytes, kind: AttachmentKind) -> ReadFile:
    """The file as it may be kept. Raises FileRefused for one that the kind does not take."""
    if not content:
        raise FileRefused(_("This file is empty."))
    if len(content) > kind.most_bytes:
        raise FileRefused(_("This file is larger than %(size)s MB.") % {"size": _megabytes(kind)})
    media_type = _type_of(content)
    if media_type not in kind.media_types:
        raise FileRefused(
            _("This file must be of one of these types: %(types)s.") % {"types": _names(kind)}
        )
    if _reads_as_something_else(content, media_type):
        raise FileRefused(
            _("This file can be read as files of two types. Please scan the paper again.")
        )
    if media_type != PDF:
        return ReadFile(kind, media_type, _bare_picture(content, media_type))
    if not PDF_TRAILER.search(content[-LOOKED_THROUGH:]):
        raise FileRefused(_("The end of this PDF is missing. Please save it again."))
    return ReadFile(kind, media_type, content)


def _type_of(content: bytes) -> str:
    types = (kind for kind, begins in BEGINNINGS.items() if content.startswith(begins))
    return next(types, "")


def _reads_as_something_else(content: bytes, media_type: str) -> bool:
    beginning = content[:LOOKED_THROUGH]
    return bool(
        (media_type != PDF and BEGINNINGS[PDF] in beginning)
        or PAGE_OF_THE_WEB.search(beginning)
        or zipfile.is_zipfile(BytesIO(content))
    )


def _bare_picture(content: bytes, media_type: str) -> bytes:
    """The picture the right way up and nothing else: no place, no time, no camera, no comment."""
    unreadable = FileRefused(_("This picture can't be read. Please take or save it again."))
    # WeasyPrint, when it is imported, lets Pillow fill up half a picture with grey.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(BytesIO(content), formats=["JPEG", "PNG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise FileRefused(
                    _("This picture has more than %(count)d million pixels.")
                    % {"count": MOST_PIXELS // 1_000_000}
                )
            upright = ImageOps.exif_transpose(picture)
    except (
        Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError, struct.error
    ):  # fmt: skip
        raise unreadable from None
    # Of all that came along only the transparent colour of a palette belongs to the picture.
    upright.info = {k: v for k, v in upright.info.items() if k == "transparency"}
    if media_type == JPEG and upright.mode not in ("L", "RGB"):
        upright = upright.convert("RGB")
    bare = BytesIO()
    upright.save(bare, format=NAMES[media_type], quality=92, optimize=True)
    return bare.getvalue()
