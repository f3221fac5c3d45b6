"""The handoff record (交接单): what both sides sign."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pdfminer.high_level import extract_pages, extract_text

from houshayu import printing
from houshayu.models import Place, User
from returnees.models import Case
from returnees.sheets import NoSuchSheet
from tests.factories import NOW, accept, holder_of, make_case, make_handoff, moment
from transfers.models import Handoff
from transfers.sheets import handoff_record

pytestmark = pytest.mark.django_db
NUMBER = "L898902C3"


@pytest.fixture
def record(community: Place, hub: Place) -> Handoff:
    """A Korean on offer to the hub, with vehicle and driver."""
    case = make_case(
        place=community,
        person={"name_zh": "", "surname_latin": "KIM", "preferred_language": "ko"},
        document={"document_type": "passport", "document_number": NUMBER},
    )
    return make_handoff(
        case=case,
        to_place=hub,
        planned_at=moment("2020-03-20", "16:30"),
        vehicle_plate="京A12345",
        driver="赵师傅",
        escort="孙队长",
        luggage_pieces=3,
        remarks="需要轮椅",
    )


def read(pdf: bytes) -> tuple[int, str]:
    return len(list(extract_pages(BytesIO(pdf)))), "".join(extract_text(BytesIO(pdf)).split())


def test_both_sides_sign_for_the_person_the_way_and_the_luggage(record: Handoff, receiver: User):
    accept(record, by=receiver, now=moment("2020-03-20", "17:05"))

    pages, text = read(printing.pdf(handoff_record(record, "en")))

    assert pages == 1
    for words in [
        "交接单",
        "Handoffrecord",
        "后沙峪村",
        "HoushayuVillage",
        "新国展集散点",
        "NCIECTransferHub",
        "20March202016:30",
        "20March202017:05",
        "京A12345",
        "赵师傅",
        "孙队长",
        "需要轮椅",
        record.case.number,
        "L8*****C3",
        "Handedoverby(signatureandstamp)",
        "Takenoverby(signatureandstamp)",
    ]:
        assert words in text
    assert NUMBER not in text


def test_the_record_is_in_the_persons_language_without_another_wish(record: Handoff):
    _pages, text = read(printing.pdf(handoff_record(record)))

    assert "2020년3월20일16:30" in text


def test_a_declined_handoff_has_no_record(record: Handoff, receiver: User):
    record.decline(by=receiver, now=NOW, reason="No bed is free.")

    with pytest.raises(NoSuchSheet):
        handoff_record(record)


def test_sender_and_receiver_print_the_record_and_a_stranger_does_not(
    client: Client, sender: User, receiver: User, stranger: User, record: Handoff
):
    url = reverse("transfers:handoff_record", args=[record.pk])

    answers = {}
    for user in (sender, receiver, stranger):
        client.force_login(user)
        answers[user] = client.get(url).status_code

    assert answers == {sender: 200, receiver: 200, stranger: 404}


def test_there_is_no_file_of_a_declined_handoff(
    client: Client, sender: User, receiver: User, record: Handoff
):
    record.decline(by=receiver, now=NOW, reason="No bed is free.")
    client.force_login(sender)

    assert client.get(reverse("transfers:handoff_record", args=[record.pk])).status_code == 404
    assert holder_of(Case.objects.get()) == record.from_place
