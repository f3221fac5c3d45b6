"""Finding a case by what somebody has in hand, on the page and through the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from houshayu.models import Place, User
from returnees import releasing
from returnees.finding import find
from returnees.models import Case, Person
from tests.factories import NOW, make_observed_case, make_person, make_user

DAY = timedelta(days=1)
MUSTER = {
    "name_zh": "",
    "surname_latin": "MUSTER",
    "given_names_latin": "LENA",
    "person_category": "foreign",
    "nationality": "DEU",
    "phone_cn": "13800001234",
    "phone_intl": "+491711234567",
}


@pytest.fixture
def lena(hotel: Place, community: Place) -> Case:
    """In room 0812, come with CA966; somebody else is next door."""
    make_observed_case(
        place=hotel, community=community, room="0813", journey={"flight_number": "CA965"}
    )
    return make_observed_case(
        place=hotel,
        community=community,
        room="0812",
        person=MUSTER,
        document={"document_type": "passport", "document_number": "C01X00T47"},
        journey={"flight_number": "CA966"},
    )


@pytest.mark.parametrize(
    "typed",
    [
        "C01X00T47", "c01x 00t47", "Ｃ０１Ｘ００Ｔ４７", "C01-X00-T47\u200b",
        "13800001234", "138 0000 1234", "+86 138-0000-1234", "8613800001234",
        "+49 171 1234567", "0049 (0)171 1234567", "491711234567", "\u202d13800001234\u202c",
        "CA966", "ca 966", "CA-966", "0812", "０８１２",
        "Lena Muster", "muster", "L. Muster", "ml", "lenamuster",
    ],
)  # fmt: skip
def test_a_case_is_found_by_number_phone_flight_room_and_name(lena: Case, typed: str) -> None:
    assert list(find(Case.objects.all(), typed)) == [lena]


def test_a_case_is_found_by_its_own_number_however_it_is_typed(lena: Case) -> None:
    for typed in (lena.number, lena.number.lower(), lena.number[4:], lena.number.replace("-", " ")):
        assert list(find(Case.objects.all(), typed)) == [lena]


@pytest.mark.parametrize(
    "typed", ["C01X00T48", "13800001235", "CA967", "0899", "Schmidt", "12", ""]
)
def test_what_nobody_has_finds_nobody(lena: Case, typed: str) -> None:
    assert list(find(Case.objects.all(), typed)) == []


@pytest.mark.parametrize("typed", ["C01X00T47", "13800001234", "CA966", "0812", "muster"])
def test_what_is_in_other_hands_is_not_found(
    client: Client, lena: Case, hotel_worker: User, stranger: User, typed: str
) -> None:
    for user, expected in ((hotel_worker, [lena.number]), (stranger, [])):
        client.force_login(user, "houshayu.access.MembershipBackend")
        answer = client.get("/api/cases/", {"q": typed}).json()
        page = client.get("/cases/", {"q": typed}).content.decode()

        assert [each["number"] for each in answer["results"]] == expected
        assert (lena.number in page) is bool(expected)


def test_a_room_is_that_of_whoever_is_in_it_now(lena: Case, hotel: Place) -> None:
    releasing.close(lena, "transferred_out", by=make_user(), now=NOW + DAY, note="")

    assert list(find(Case.objects.all(), "CA966")) == [lena]
    assert list(find(Case.objects.all(), "0812")) == []


def test_people_stored_before_are_found_by_what_is_known_since(db: None) -> None:
    known = make_person(**MUSTER | {"surname_latin": "OCONNOR", "given_names_latin": "MIN-SU"})
    Person.objects.filter(pk=known.pk).update(name_tokens="oconnor", name_sort_key="")

    assert Person.objects.derive_again() == 1

    assert list(Person.objects.named("O’Connor Minsu")) == [known]
    assert Person.objects.derive_again() == 0


def test_no_more_queries_are_made_for_a_number_than_for_a_name(
    lena: Case, django_assert_max_num_queries: object
) -> None:
    for typed in ("C01X00T47", "13800001234", "CA966", "0812", "muster"):
        with django_assert_max_num_queries(6):  # type: ignore[operator]
            list(find(Case.objects.all(), typed))
