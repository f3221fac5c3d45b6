"""The certificate of the days observed at a first point of entry: kept, closed, and opened."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from houshayu.models import Place, Reveal, User
from returnees.models import Case, ObservationCertificate
from tests.factories import NOW, make_case

PDF = b"%PDF-1.7 two weeks in Tianjin"
JPEG, PNG = b"\xff\xd8\xff\xe0 photo", b"\x89PNG\r\n\x1a\n photo"


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
    assert file.content == content
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
        (b"<html><script>alert(1)</script>", "不是PDF、JPEG或PNG文件"),
        (PDF + bytes(5 * 1024 * 1024), "超过5 MB"),
        (b"", "空"),
    ],
    ids=["something else", "too large", "empty"],
)
def test_another_file_is_refused_and_the_reason_told(
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
    assert (certificate.media_type, certificate.file()) == ("image/png", PNG)


def test_the_database_and_the_history_can_not_read_it(through_tianjin: Case, sender: User) -> None:
    ObservationCertificate.objects.attach(through_tianjin.journey, PDF, by=sender, now=NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM returnees_observationcertificate")
        ((stored,),) = cursor.fetchall()
        cursor.execute("SELECT * FROM returnees_observationcertificateevent LIMIT 0")
        kept = {column.name for column in cursor.description}

    assert "Tianjin" not in stored and "JVBERi0x" not in stored
    assert "media_type" in kept and "content" not in kept
