"""The certificate of the days observed at a first point of entry: kept, closed, and opened."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pghistory.models import Events
from PIL import Image, ImageChops

from houshayu.attachments import read
from houshayu.models import Attachment, Place, Reveal, User
from houshayu.storing import storage
from returnees.models import Case, ObservationCertificate
from returnees.models.certificates import OBSERVATION_CERTIFICATE
from tests.factories import PDF, make_case, make_certificate


def picture(format: str) -> bytes:
    """A small photo, as it is kept: nothing but its pixels."""
    file = BytesIO()
    Image.effect_mandelbrot((16, 9), (-2, -1, 1, 1), 40).save(file, format)
    return read(file.getvalue(), OBSERVATION_CERTIFICATE).content


JPEG, PNG = picture("JPEG"), picture("PNG")


@pytest.fixture
def through_tianjin(community: Place, sender: User) -> Case:
    return make_case(
        place=community,
        by=sender,
        community=community,
        journey={"entry_port": "TSN", "days_observed_elsewhere": 14},
    )


@pytest.fixture
def client(sender: User) -> Client:
    client = Client()
    client.force_login(sender, "houshayu.access.MembershipBackend")
    return client


def url(name: str, case: Case) -> str:
    return reverse(f"returnees:{name}", args=[case.number])


def send(client: Client, case: Case, content: bytes, name: str = "scan.pdf") -> object:
    file = SimpleUploadedFile(name, content)
    return client.post(url("certificate_attach", case), {"file": file}, follow=True)


@pytest.mark.parametrize("content", [PDF, JPEG, PNG], ids=["pdf", "jpeg", "png"])
def test_what_is_attached_is_what_is_opened_and_who_looked_is_written_down(
    client: Client, through_tianjin: Case, sender: User, content: bytes
) -> None:
    assert "缺少证明" in client.get(through_tianjin.get_absolute_url()).content.decode()

    send(client, through_tianjin, content, name="no name says what it is")
    page = client.get(through_tianjin.get_absolute_url()).content.decode()
    file = client.post(url("certificate_open", through_tianjin), {"reason": "day count"})

    assert "缺少证明" not in page and "已附证明" in page
    kind = file["Content-Type"]
    assert kind.startswith("image/") or file.content == content
    if kind.startswith("image/"):
        shown, sent = (Image.open(BytesIO(each)) for each in (file.content, content))
        assert (shown.format, shown.size) == (sent.format, sent.size)
        assert max(high for _low, high in [ImageChops.difference(shown, sent).getextrema()]) < 40
    assert "attachment" in file["Content-Disposition"] and "no-store" in file["Cache-Control"]
    reveal = Reveal.objects.get()
    assert (reveal.by, reveal.subject, reveal.reason) == (
        sender,
        "observationcertificate",
        "day count",
    )


def test_nobody_opens_it_without_saying_why(client: Client, through_tianjin: Case) -> None:
    send(client, through_tianjin, PDF)

    page = client.post(url("certificate_open", through_tianjin), {"reason": ""})

    assert PDF not in page.content
    assert not Reveal.objects.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html><script>alert(1)</script>", "不属于以下类型：PDF, JPEG, PNG"),
        (PDF + bytes(5 * 1024 * 1024), "超过5 MB"),
        (b"", "空"),
        (JPEG[:60], "无法读取"),
        (PDF[:20], "缺少结尾"),
    ],
    ids=["something else", "too large", "empty", "half a picture", "half a PDF"],
)
def test_another_file_is_refused_with_the_reason(
    client: Client, through_tianjin: Case, content: bytes, says: str
) -> None:
    page = send(client, through_tianjin, content)

    assert page.status_code == 422  # type: ignore[attr-defined]
    assert says in page.content.decode()  # type: ignore[attr-defined]
    assert not ObservationCertificate.objects.exists()


def test_a_new_one_takes_the_place_of_the_old(client: Client, through_tianjin: Case) -> None:
    send(client, through_tianjin, PDF)
    send(client, through_tianjin, PNG)

    certificate = ObservationCertificate.objects.get()
    assert (certificate.attachment.media_type, certificate.attachment.content()) == (
        "image/png",
        PNG,
    )


def test_the_old_file_goes_when_the_new_one_is_committed(
    through_tianjin: Case, sender: User, django_capture_on_commit_callbacks: Any
) -> None:
    old = make_certificate(through_tianjin, by=sender).attachment
    with django_capture_on_commit_callbacks() as later:
        new = make_certificate(through_tianjin, by=sender, content=PNG).attachment
        assert storage().exists(old.stored_as)
    for callback in later:
        callback()

    assert list(Attachment.objects.all()) == [new]
    assert not storage().exists(old.stored_as)
    assert storage().exists(new.stored_as)


def test_neither_database_nor_storage_nor_history_can_read_it(
    through_tianjin: Case, sender: User
) -> None:
    attachment = make_certificate(through_tianjin, by=sender).attachment

    with storage().open(attachment.stored_as) as file:
        stored = file.read()
    rows = [*Attachment.objects.values(), *Events.objects.values_list("pgh_data")]

    assert b"Tianjin" not in stored and b"%PDF" not in stored
    assert "Tianjin" not in str(rows) and through_tianjin.number not in attachment.stored_as


def test_the_history_shows_who_attached_and_who_replaced_it(
    through_tianjin: Case, sender: User, receiver: User
) -> None:
    make_certificate(through_tianjin, by=sender)
    make_certificate(through_tianjin, by=receiver, content=PNG)

    events = Events.objects.filter(pgh_model="houshayu.AttachmentEvent").order_by("pgh_id")
    assert [
        (e.pgh_label, e.pgh_data["media_type"], e.pgh_data["attached_by_id"]) for e in events
    ] == [
        ("insert", "application/pdf", sender.pk),
        ("insert", "image/png", receiver.pk),
        ("delete", "application/pdf", sender.pk),
    ]
