"""What people attach: read by its content, freed of its traces, kept closed, in either storage."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from moto.server import ThreadedMotoServer
from PIL import Image, PngImagePlugin
from pytest_django import Settings

from houshayu import attachments
from houshayu.attachments import AttachmentKind, FileRefused, ReadFile
from houshayu.models import Attachment, User
from houshayu.models.attachments import ORPHANED_AFTER
from houshayu.privacy.fields import Undecryptable
from houshayu.storing import storage
from tests.factories import NOW, PDF, make_user

SCAN = AttachmentKind(
    code="scan",
    label="Scan",
    media_types=(attachments.PDF, attachments.JPEG, attachments.PNG),
    most_bytes=1024 * 1024,
    keeping="For the test.",
)
SERIAL, PLACE = "SN-4711-OF-THE-CAMERA", "kept at home in Milan"


# --- What is taken of a file ----------------------------------------------------------------


def picture(format: str = "JPEG", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    """A picture, its first half red, its second blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def noise() -> bytes:
    file = BytesIO()
    Image.effect_noise((200, 200), 90).save(file, "JPEG")
    return file.getvalue()


NOISE = noise()


def traces() -> Image.Exif:
    """What a telephone writes into a photo: held upright, when, with what, and where."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it by 90 degrees
    exif[0x0132] = "2020:03:20 08:30:00"
    exif[0xA431] = SERIAL
    exif.get_ifd(0x8825).update({1: "N", 2: (40.0, 6.0, 0.0), 3: "E", 4: (116.0, 33.0, 0.0)})
    return exif


def test_a_photo_loses_where_and_when_it_was_taken_and_stands_upright() -> None:
    xmp = f"<x:xmpmeta>{PLACE}</x:xmpmeta>".encode()
    photo = picture(exif=traces(), xmp=xmp, comment=PLACE)
    assert SERIAL.encode() in photo and PLACE.encode() in photo

    kept = attachments.read(photo, SCAN)

    assert (kept.kind, kept.media_type) == (SCAN, "image/jpeg")
    bare = Image.open(BytesIO(kept.content))
    assert not bare.getexif() and set(bare.info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
    }
    for trace in (SERIAL, PLACE, "xmpmeta", "2020:03:20", "Exif"):
        assert trace.encode() not in kept.content
    assert bare.size == (20, 40)
    assert bare.getpixel((10, 5))[0] > 200 and bare.getpixel((10, 35))[2] > 200  # type: ignore[index]


def test_a_png_loses_its_texts_and_keeps_every_pixel() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", PLACE)
    texts.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{PLACE}</x:xmpmeta>", zip=False)
    texts.add(b"tIME", bytes([7, 228, 3, 20, 8, 30, 0]))
    exif = traces()
    exif[0x0112] = 1
    sent = picture("PNG", pnginfo=texts, exif=exif)
    assert PLACE.encode() in sent and b"tIME" in sent and b"eXIf" in sent

    kept = attachments.read(sent, SCAN)

    for trace in (PLACE, "tEXt", "iTXt", "tIME", "eXIf", SERIAL):
        assert trace.encode() not in kept.content
    before, after = (Image.open(BytesIO(each)) for each in (sent, kept.content))
    assert before.tobytes() == after.tobytes()


def test_a_pdf_is_kept_as_it_is() -> None:
    assert attachments.read(PDF, SCAN) == ReadFile(SCAN, "application/pdf", PDF)


def test_what_hides_behind_a_picture_is_left_behind() -> None:
    kept = attachments.read(picture() + b"MZ\x90\x00 a program", SCAN)

    assert b"a program" not in kept.content


def zipped() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("run.me", "now")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空"),
        (b"MZ\x90\x00", "不属于以下类型"),
        (b"<svg onload=alert(1)>", "不属于以下类型"),
        (zipped(), "不属于以下类型"),
        (PDF + bytes(1024 * 1024), "超过1 MB"),
        (PDF[:-8], "缺少结尾"),
        (PDF + zipped(), "两种类型"),
        (b"%PDF-1.7 <script>alert(1)</script>" + PDF[8:], "两种类型"),
        (picture() + zipped(), "两种类型"),
        (picture(comment=b"%PDF-1.7 startxref 0 %%EOF"), "两种类型"),
        (picture(comment=b"<html><body>"), "两种类型"),
        (b"\xff\xd8\xff\xe0 photo", "无法读取"),
        (b"\x89PNG\r\n\x1a\n photo", "无法读取"),
        (NOISE[:-2000], "无法读取"),
        (picture("PNG")[:50], "无法读取"),
        (picture("PNG", size=(10_000, 5_001)), "5000万像素"),
    ],
    ids=[
        *("empty", "program", "drawing", "archive", "too large", "half a PDF"),
        *("PDF and archive", "PDF and page", "photo and archive", "photo and PDF"),
        *("photo and page", "no JPEG", "no PNG", "half a JPEG", "half a PNG", "bomb"),
    ],
)
def test_what_is_not_a_whole_file_of_one_type_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(FileRefused, match=says):
        attachments.read(content, SCAN)


def test_a_type_that_the_kind_does_not_take_is_refused() -> None:
    photo_only = AttachmentKind("photo", "Photo", (attachments.JPEG,), 1024 * 1024, "")

    with pytest.raises(FileRefused, match="JPEG"):
        attachments.read(PDF, photo_only)


def test_a_code_names_one_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "_kinds", {})
    attachments.register(SCAN)
    attachments.register(SCAN)

    with pytest.raises(ValueError, match="scan"):
        attachments.register(AttachmentKind("scan", "", (), 1, ""))


# --- The same sentences on a folder and on an S3 server -------------------------------------


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 server with an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def make_bucket(endpoint: str, name: str) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id="a",
        aws_secret_access_key="b",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket=name)


@pytest.fixture(params=["folder", "s3"])
def kept_in(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> str:
    options: dict[str, Any] = {"location": str(tmp_path)}
    backend = "django.core.files.storage.FileSystemStorage"
    if request.param == "s3":
        access = {"access_key": "a", "secret_key": "b", "region_name": "us-east-1"}
        endpoint = request.getfixturevalue("s3")
        bucket = f"bucket-{os.urandom(4).hex()}"
        make_bucket(endpoint, bucket)
        backend = "storages.backends.s3.S3Storage"
        options = {"bucket_name": bucket, "endpoint_url": endpoint, "file_overwrite": True} | access
    settings.STORAGES = settings.STORAGES | {
        "attachments": {"BACKEND": backend, "OPTIONS": options}
    }
    return str(request.param)


def stored() -> list[str]:
    """The names of all files in the storage."""
    found: list[str] = []
    inner = [f"attachments/{each}" for each in storage().listdir("attachments")[0]]
    for folder in inner:
        found += [f"{folder}/{name}" for name in storage().listdir(folder)[1]]
    return found


def keep(by: User, content: bytes = PDF) -> Attachment:
    return Attachment.objects.keep(attachments.read(content, SCAN), by=by, now=NOW)


def sealed(attachment: Attachment) -> bytes:
    with storage().open(attachment.stored_as) as file:
        return bytes(file.read())


@pytest.mark.django_db
def test_what_is_kept_is_read_back_and_lies_encrypted_under_a_random_name(kept_in: str) -> None:
    author = make_user()
    keep(author)

    attachment = Attachment.objects.get()

    assert attachment.content() == PDF
    assert (attachment.kind, attachment.media_type, attachment.size) == (
        "scan",
        "application/pdf",
        len(PDF),
    )
    assert (attachment.attached_by, attachment.attached_at) == (author, NOW)
    assert stored() == [attachment.stored_as]
    assert str(attachment.pk) not in attachment.stored_as
    assert b"PDF" not in sealed(attachment) and b"Tianjin" not in sealed(attachment)


@pytest.mark.django_db
def test_that_two_have_the_same_content_can_not_be_seen(kept_in: str) -> None:
    author = make_user()

    one, two = keep(author), keep(author)

    assert sealed(one) != sealed(two)


@pytest.mark.django_db
def test_a_file_moved_to_another_attachment_or_changed_is_not_opened(kept_in: str) -> None:
    author = make_user()
    one, two = keep(author), keep(author)
    one.stored_as = two.stored_as
    with pytest.raises(Undecryptable):
        one.content()

    changed = bytearray(sealed(two))
    changed[-1] ^= 1
    storage().delete(two.stored_as)
    two.stored_as = storage().save(two.stored_as, BytesIO(bytes(changed)))  # type: ignore[arg-type]
    with pytest.raises(Undecryptable):
        two.content()


@pytest.mark.django_db
def test_what_is_removed_goes_from_the_storage_after_the_commit(
    kept_in: str, django_capture_on_commit_callbacks: Any
) -> None:
    attachment = keep(make_user())

    with django_capture_on_commit_callbacks(execute=True):
        attachment.remove()
        assert stored() == [attachment.stored_as]

    assert stored() == []
    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_a_file_whose_row_was_rolled_back_is_swept_and_no_other(kept_in: str) -> None:
    author = make_user()
    stays = keep(author)

    def write_and_fail() -> None:
        with transaction.atomic():
            keep(author)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert len(stored()) == 2
    now = timezone.now()

    assert Attachment.objects.forget_orphans(now) == 0  # it may be of a row not yet committed
    assert Attachment.objects.forget_orphans(now + ORPHANED_AFTER + timedelta(minutes=1)) == 1
    assert stored() == [stays.stored_as]


@pytest.mark.django_db
def test_nothing_is_swept_where_nothing_was_kept(kept_in: str) -> None:
    assert Attachment.objects.forget_orphans(timezone.now()) == 0


@pytest.mark.django_db
def test_after_rotation_the_old_key_opens_no_attachment(
    kept_in: str, settings: Settings, django_capture_on_commit_callbacks: Any
) -> None:
    author = make_user()
    both = [keep(author), keep(author, picture("PNG"))]
    contents = [each.content() for each in both]
    before = stored()
    old, new = settings.FIELD_KEYS, base64.b64encode(os.urandom(32)).decode()

    settings.FIELD_KEYS = [new, *old]
    with django_capture_on_commit_callbacks(execute=True):
        call_command("rotate_field_keys")
    settings.FIELD_KEYS = [new]

    assert [Attachment.objects.get(pk=each.pk).content() for each in both] == contents
    assert len(stored()) == 2 and not set(stored()) & set(before)
    events = Attachment.pgh_event_models["update"].objects  # type: ignore[attr-defined]
    assert events.filter(pgh_label="update").count() == 0


def test_the_environment_names_the_bucket(s3: str) -> None:
    make_bucket(s3, "named-outside")
    script = """
import django
django.setup()
from django.core.files.base import ContentFile
from houshayu.storing import storage
name = storage().save("ab/one", ContentFile(b"kept"))
print(type(storage()).__name__, storage().open(name).read().decode())
"""
    environment = {
        "DJANGO_SETTINGS_MODULE": "houshayu.settings",
        "ATTACHMENTS_BUCKET": "named-outside",
        "ATTACHMENTS_ENDPOINT": s3,
        "ATTACHMENTS_REGION": "us-east-1",
        "ATTACHMENTS_ACCESS_KEY": "a",
        "ATTACHMENTS_SECRET_KEY": "b",
    }

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )

    assert (done.stdout.strip(), done.stderr) == ("S3Storage kept", "")
