"""The registration form and the round: stateless people, years, phones, countries, numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from houshayu import clock
from houshayu.models import Place, User
from houshayu.privacy.masking import mask_phones_in_text
from returnees.forms.rounds import MeasuredForm
from returnees.models import CheckIn
from tests.cases import report
from tests.factories import make_observed_case, moment, observation_of
from tests.forms import form_of, kept, problems_of
from tests.returnees.typed import a_row


@report("C01")
def who_has_no_country_can_be_registered(db: None) -> None:
    stateless = {"person__person_category": "stateless", "document__visa_type": "none"}

    assert kept("person.nationality", **stateless, person__nationality="") == "XXA"
    for typed, code in (("XXA", "XXA"), ("RKS", "RKS"), ("UNO", "UNO"), ("无国籍", "XXA")):
        assert kept("person.nationality", **stateless, person__nationality=typed) == code
    assert problems_of("person.nationality", person__nationality="") != []
    # Nobody departs from statelessness.
    assert problems_of("journey.departure_country", journey__departure_country="XXA") != []


@report("C06")
def an_evening_is_not_measured_in_the_morning(
    client: Client, hotel: Place, hotel_worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_observed_case(place=hotel)
    monkeypatch.setattr(clock, "now", lambda: moment("2020-03-21", "08:50"))
    client.force_login(hotel_worker, "houshayu.access.MembershipBackend")
    reading = {"on": "2020-03-21", "slot": "evening"}
    line = {f"{observation_of(case).pk}-temperature": "36.5"}

    client.post(reverse("returnees:round"), reading | line)
    answer = client.post(
        f"/api/cases/{case.number}/check-ins/",
        reading | {"temperature": "36.5"},
        content_type="application/json",
    )

    assert (answer.status_code, list(answer.json())) == (400, ["slot"])
    assert not CheckIn.objects.exists()
    monkeypatch.setattr(clock, "now", lambda: moment("2020-03-21", "15:10"))
    client.post(reverse("returnees:round"), reading | line)
    assert CheckIn.objects.get().slot == "evening"


@report("P03")
def a_zero_in_brackets_is_not_dialled(db: None) -> None:
    assert kept("contact.phone_intl", contact__phone_intl="+44 (0)20 7946 0958") == "+442079460958"
    assert kept("contact.phone_intl", contact__phone_intl="0044(0)2079460958") == "+442079460958"


@report("P07")
def a_number_in_a_text_is_masked_however_it_is_set_apart() -> None:
    text = (
        "王先生 138.0000.1234, 138–0000–1235、138‑0000‑1236；１３８００００１２３７ 138·0000·1238"
    )
    shown = mask_phones_in_text(text + " \u202d13800001239\u202c 138/0000/1240 138_0000_1241")

    assert "王先生" in shown
    assert not any(middle in shown for middle in ("0000", "００００"))


@report("C02")
def a_man_is_not_pregnant(db: None) -> None:
    man = {"person__gender": "M"}

    assert problems_of("health.pregnant", **man, health__pregnant="on") != []
    assert problems_of("health.pregnant_weeks", **man, health__pregnant_weeks="20") != []
    assert problems_of("request.exception_grounds", **man, request__exception_grounds=["pregnant"])
    assert problems_of("health.pregnant", health__pregnant="on") == []
    assert problems_of("health.pregnant_weeks", health__pregnant_weeks="99") != []


@report("C03")
def the_year_of_every_day_is_looked_at(db: None) -> None:
    asks = [
        problems_of("arrival.expected_arrival_at", arrival__expected_arrival_at="1920-03-18 10:00")
    ]
    for year in ("1920", "0020", "0202"):
        day = f"{year}-03-18"
        for field in ("symptom_onset", "contact_case_on", "tested_positive_on"):
            asks.append(problems_of(f"health.{field}", **{f"health__{field}": day}))
        asks.append(problems_of("document.document_expiry", document__document_expiry=day))
        asks.append(problems_of("journey.entry_date", journey__entry_date=day))
    asks.append(problems_of("document.document_expiry", document__document_expiry="2202-03-18"))

    assert all(len(ask) == 1 for ask in asks), asks
    assert problems_of("health.symptom_onset", health__symptom_onset="2020-03-18") == []
    assert problems_of("document.document_expiry", document__document_expiry="2019-03-18") == []


@report("C07")
@report("C08")
def a_temperature_is_taken_as_keyboards_and_thermometers_write_it(db: None) -> None:
    for typed in ("３６．５", "36。5", "36,5", "36.50", " 36.5 ", "\u202d36.5\u202c", "３６。５０"):
        line = MeasuredForm({"temperature": typed})
        line.full_clean()
        assert line.cleaned_data["temperature"] == Decimal("36.5"), typed
        assert kept("health.temperature", health__temperature=typed) == Decimal("36.5"), typed
    assert problems_of("health.temperature", health__temperature="36.55") != []


@report("F05")
def countries_are_known_by_their_usual_names(db: None) -> None:
    usual = {
        "Myanmar": "MMR", "Cote d'Ivoire": "CIV", "阿联酋": "ARE", "Palestine": "PSE",
        "Macao": "MAC", "UK": "GBR", "United States of America": "USA", "Korea": "KOR",
        "Burma": "MMR",
        "U.S.A.": "USA", "Holland": "NLD", "the Netherlands": "NLD", "Russia": "RUS",
        "香港": "HKG", "Viet Nam": "VNM", "Czech Republic": "CZE", "緬甸": "MMR",
        "Bosnia": "BIH", "沙特": "SAU",
        "Great Britain": "GBR", "Deutschland": "DEU", "대한민국": "KOR", "Россия": "RUS",
    }  # fmt: skip
    field = "journey.departure_country"
    assert {name: kept(field, journey__departure_country=name) for name in usual} == usual
    assert problems_of(field, journey__departure_country="Atlantis") != []


@report("P01")
def a_mobile_number_in_china_may_have_its_country_code(db: None) -> None:
    for typed in ("+86 138 0000 1234", "8613800001234", "0086-138-0000-1234", "(86)13800001234"):
        assert kept("contact.phone_cn", contact__phone_cn=typed) == "13800001234", typed


@report("P02")
def what_cannot_be_seen_is_no_part_of_a_phone_number(db: None) -> None:
    for typed in (
        "\u202d13800001234\u202c",
        "\ufeff138\u200b00001234",
        "\u2068138 0000 1234\u2069",
    ):
        assert kept("contact.phone_cn", contact__phone_cn=typed) == "13800001234", typed


@report("C05")
def nobody_is_999_years_old(db: None) -> None:
    lives_there = {"name": "Ann", "relation": "sister"}

    for age, is_taken in (("999", False), ("131", False), ("99", True)):
        row = a_row("co_residents", **lives_there, age=age)
        (judged,) = form_of(**row).co_residents
        assert ("age" not in judged.errors) is is_taken, age


@report("F02")
def a_flight_number_is_taken_with_any_dash(db: None) -> None:
    for typed, number in (("CA-910", "CA910"), ("QR‑894", "QR894"), ("ｃａ　９１０", "CA910")):
        assert kept("journey.flight_number", journey__flight_number=typed) == number


@report("P04")
def two_zeros_are_a_plus(db: None) -> None:
    assert kept("contact.phone_intl", contact__phone_intl="0012025550100") == "+12025550100"
    assert problems_of("contact.phone_intl", contact__phone_intl="12025550100") != []


@report("P05")
def dashes_and_points_are_no_part_of_a_phone_number(db: None) -> None:
    for typed in ("138–0000–1234", "138—0000—1234", "138.0000.1234", "138−0000−1234"):
        assert kept("contact.phone_cn", contact__phone_cn=typed) == "13800001234", typed
    assert kept("contact.phone_intl", contact__phone_intl="+33.1.23.45.67.89") == "+33123456789"
