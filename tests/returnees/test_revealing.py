"""Whom to phone, and what a doctor sees of a case."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from houshayu.models import Place, Reveal, User
from returnees.models import Case
from returnees.revealing import PHONES, dialled, times_read
from tests.factories import make_alert, make_observed_case, make_user, real_place

ILL = {"chronic_conditions": ["diabetes"], "pregnant": True, "pregnant_weeks": 20}


@pytest.fixture
def guest(hotel: Place, community: Place) -> Case:
    return make_observed_case(
        place=hotel,
        community=community,
        room="0801",
        person={
            "phone_cn": "13800138000",
            "guardian_name": "王大明",
            "guardian_phone": "13900139000",
            "wechat_id": "wang_xm",
        },
        health=ILL,
    )


def page_of(case: Case, user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.get(case.get_absolute_url()).content.decode()


def reveal(case: Case, field: str, user: User, **headers: str) -> object:
    client = Client()
    client.force_login(user)
    url = reverse("returnees:phone_reveal", args=[case.number, field])
    return client.post(url, headers=headers)


def doctor() -> User:
    return make_user(role="medical_member", place=real_place("houshayu"))


@pytest.mark.parametrize(
    ("field", "number"),
    [
        ("phone_cn", "13800138000"),
        ("guardian_phone", "13900139000"),
        ("emergency_contact_phone", "13900000000"),
    ],
)
def test_a_phone_number_is_read_with_one_press_which_is_kept(
    guest: Case, hotel_worker: User, field: str, number: str
) -> None:
    assert number not in page_of(guest, hotel_worker)
    assert reverse("returnees:phone_reveal", args=[guest.number, field]) in page_of(
        guest, hotel_worker
    )

    answer = reveal(guest, field, hotel_worker, **{"HX-Request": "true"})

    assert f'<a href="tel:{number}">{number}</a>' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert [(kept.by, kept.field) for kept in Reveal.objects.all()] == [(hotel_worker, field)]


def test_how_often_a_number_was_read_stands_beside_it(guest: Case, hotel_worker: User) -> None:
    for _again in range(2):
        reveal(guest, "phone_cn", hotel_worker)

    assert times_read(guest) == {"phone_cn": 2}
    assert "已查看 2 次" in page_of(guest, hotel_worker)


def test_a_document_number_is_not_read_like_a_phone(guest: Case, hotel_worker: User) -> None:
    assert "document_number" not in PHONES
    assert reveal(guest, "document_number", hotel_worker).status_code == 404
    assert reveal(guest, "name_zh", hotel_worker).status_code == 404
    assert not Reveal.objects.exists()


def test_a_doctor_phones_and_reads_no_document(guest: Case) -> None:
    user = doctor()
    assert reveal(guest, "phone_cn", user).status_code == 200

    client = Client()
    client.force_login(user)
    asked = {"field": "document_number", "reason": "核对"}
    address = reverse("api:case-reveal", args=[guest.number])
    api = client.post(address, asked, content_type="application/json")

    assert api.status_code == 404
    assert [kept.field for kept in Reveal.objects.all()] == ["phone_cn"]


def test_wechat_is_shown_to_those_who_work_on_the_case(
    guest: Case, hotel_worker: User, sender: User
) -> None:
    assert "wang_xm" in page_of(guest, hotel_worker)
    assert "wang_xm" not in page_of(guest, sender)  # who held it before


def test_a_doctor_sees_illnesses_pregnancy_and_the_room_of_a_case(
    guest: Case, hotel_worker: User
) -> None:
    seen = page_of(guest, doctor())

    for said in ("糖尿病", "20 周", "0801"):
        assert said in seen
    assert "糖尿病" not in page_of(guest, hotel_worker)


def test_a_doctor_sees_them_beside_the_alert(guest: Case, hotel_worker: User) -> None:
    make_alert(guest)

    def alerts(user: User) -> str:
        client = Client()
        client.force_login(user)
        return client.get(reverse("returnees:alert_list")).content.decode()

    for said in ("糖尿病", "20 周", "0801"):
        assert said in alerts(doctor())
    assert "糖尿病" not in alerts(hotel_worker)
    assert "0801" in alerts(hotel_worker)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("138 0013 8000", "13800138000"),
        ("+44 (0)20 7946 0018", "+4402079460018"),
        ("Agent Wang, 139-0013-9000, after six", "13900139000"),
        ("at the desk", ""),
    ],
)
def test_a_number_is_dialled_without_what_sets_its_digits_apart(text: str, number: str) -> None:
    assert dialled(text) == number
