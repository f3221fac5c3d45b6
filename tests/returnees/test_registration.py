"""What the registration form asks of a person, and what it makes of the answers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.http import QueryDict

from houshayu.models import Place
from returnees import releasing
from returnees.forms.defaults import language_of
from returnees.forms.health import HealthForm
from returnees.forms.registration import RegistrationForm
from returnees.forms.relevance import RULES
from returnees.models import Case
from returnees.registration import Registration, amend
from returnees.sheets.registration import FORM
from tests.factories import (
    NOW,
    make_case,
    make_registration,
    make_user,
    moment,
    observation_of,
    real_place,
)
from tests.returnees.typed import a_row, typed

pytestmark = pytest.mark.django_db


def filled(**changes: Any) -> RegistrationForm:
    """The form as it was sent, in the morning of 20 March 2020."""
    changes.setdefault("dwelling__community", str(real_place("jiangshanfu").pk))
    data = QueryDict(mutable=True)
    for name, value in typed(**changes).items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return RegistrationForm(data, now=NOW, companions=Case.objects.all())


def complaints(**changes: Any) -> list[str]:
    """The fields that need another look, in the order of the page."""
    form = filled(**changes)
    form.is_valid()
    return [field.html_name if field else "" for field, _error in form.errors]


def answered(**changes: Any) -> Registration:
    form = filled(**changes)
    assert form.is_valid(), list(form.errors)
    return form.registration()


CHILD = {
    "person__birth_date": "2010-01-01",
    "person__guardian_name": "MUSTER KARL",
    "person__guardian_phone": "+4915112345678",
    "declaration__signed_by": "MUSTER KARL",
    "declaration__signed_relation": "father",
}
AT_HOME = {
    "request__requested_mode": "home",
    "request__exception_grounds": ["pregnant"],
    "request__separate_room": "yes",
    "request__separate_bathroom": "no",
    "health__pregnant": "on",
}
BY_TIANJIN = {"journey__entry_port": "TSN", "journey__entry_date": "2020-03-19"}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        pytest.param({}, [], id="an ordinary form is complete"),
        # A. Person
        pytest.param(
            {"person__person_category": "mainland", "person__nationality": "CHN"},
            ["person-name_zh"],
            id="a citizen has a name in Chinese",
        ),
        pytest.param(
            {"person__surname_latin": "", "declaration__signed_relation": "self"},
            ["person-surname_latin"],
            id="a passport has a surname",
        ),
        pytest.param(
            {"person__surname_latin": "MÜLLER", "declaration__signed_relation": "self"},
            ["person-surname_latin"],
            id="a latin name is spelled as in the passport's lines",
        ),
        pytest.param(
            {"person__nationality": "HKG"},
            ["person-nationality"],
            id="a region stands beside its own category",
        ),
        pytest.param(
            {"person__nationality": "Atlantis"},
            ["person-nationality"],
            id="a country is one of the list",
        ),
        pytest.param(
            {"person__birth_date": "1899-12-31"},
            ["person-birth_date"],
            id="nobody was born before 1900",
        ),
        pytest.param(
            {"person__birth_date": "2020-03-21"}, ["person-birth_date"], id="or is born tomorrow"
        ),
        pytest.param(
            {"document__visa_type": ""},
            ["document-visa_type"],
            id="a foreign national has a visa or is free of it",
        ),
        pytest.param(
            {"document__document_type": "resident_id"},
            ["document-document_number"],
            id="a number has the form of its document",
        ),
        pytest.param(
            {"document__document_type": "other"},
            ["document-document_note"],
            id="another document is named",
        ),
        pytest.param(
            {
                "document__document_type": "resident_id",
                "document__document_number": "11010519491231002X",
            },
            ["document-document_number"],
            id="the birth date agrees with the number",
        ),
        pytest.param(
            {
                "document__document_type": "resident_id",
                "document__document_number": "11010519491231002X",
                "person__birth_date": "1949-12-31",
                "person__gender": "M",
            },
            ["document-document_number"],
            id="the sex agrees with the number",
        ),
        pytest.param(
            {"person__needs_interpreter": None},
            ["person-needs_interpreter"],
            id="whether an interpreter is needed is asked",
        ),
        pytest.param(
            {"person__birth_date": "2003-01-01"},
            ["person-guardian_name", "person-guardian_phone"],
            id="under 18 on arrival there is a guardian",
        ),
        pytest.param(
            {"person__birth_date": "2002-03-20"}, [], id="on the eighteenth birthday none is needed"
        ),
        pytest.param(
            CHILD | {"declaration__signed_by": "Lena Sofie Muster"},
            ["declaration-signed_by"],
            id="under 14 the guardian signs",
        ),
        pytest.param(CHILD, [], id="and then the form is complete"),
        # B. Contact and dwelling
        pytest.param(
            {"contact__phone_cn": ""}, ["contact-phone_cn"], id="one of two phones is needed"
        ),
        pytest.param(
            {"contact__phone_cn": "", "contact__phone_intl": "+49 151 1234-5678"},
            [],
            id="the one abroad will do",
        ),
        pytest.param(
            {"contact__phone_cn": "12900000001"}, ["contact-phone_cn"], id="a mobile begins 13-19"
        ),
        pytest.param(
            {"contact__wechat_id": "7days"}, ["contact-wechat_id"], id="a WeChat ID has its form"
        ),
        pytest.param(
            {"dwelling__community": "", "dwelling__room": ""},
            ["dwelling-community", "dwelling-room"],
            id="who lives here has an address to the door",
        ),
        pytest.param(
            {
                "dwelling__residence_kind": "hotel",
                "dwelling__community": "",
                "dwelling__room": "",
            },
            [],
            id="who has a hotel needs none",
        ),
        pytest.param(
            {"dwelling__emergency_contact_name": "muster lena sofie"},
            ["dwelling-emergency_contact_name"],
            id="the emergency contact is not the traveller",
        ),
        # C. Journey
        pytest.param(
            {"journey__flight_number": ""}, ["journey-flight_number"], id="by air there is a flight"
        ),
        pytest.param(
            {"journey__flight_number": "LUFTHANSA"},
            ["journey-flight_number"],
            id="a flight number has its form",
        ),
        pytest.param(
            {"journey__flight_number": "hu 7976"}, [], id="however it is typed"
        ),
        pytest.param(
            {"journey__transport_mode": "rail", "journey__flight_number": ""},
            ["journey-train_number"],
            id="by rail there is a train",
        ),
        pytest.param(
            {"journey__seat_number": "31I"}, ["journey-seat_number"], id="no aircraft has a seat I"
        ),
        pytest.param(
            {"journey__entry_date": "2020-03-21"},
            ["journey-entry_date"],
            id="the entry is not after the arrival in Beijing",
        ),
        pytest.param(
            {"arrival__expected_arrival_at": "2020-05-20T16:05"},
            ["arrival-expected_arrival_at"],
            id="nobody is registered more than 60 days ahead",
        ),
        pytest.param(
            BY_TIANJIN,
            ["journey-days_observed_elsewhere"],
            id="who entered elsewhere says how many days they were observed there",
        ),
        pytest.param(
            BY_TIANJIN | {"journey__days_observed_elsewhere": "0"}, [], id="which may be none"
        ),
        pytest.param(
            BY_TIANJIN | {"journey__days_observed_elsewhere": "1"},
            ["journey-observed_elsewhere_until"],
            id="and if any, until when",
        ),
        pytest.param(
            {
                "journey__days_observed_elsewhere": "3",
                "journey__observed_elsewhere_until": "2020-03-20",
            },
            ["journey-days_observed_elsewhere"],
            id="which nobody is who entered through Beijing",
        ),
        pytest.param(
            {"journey__purpose": "transit"},
            ["journey-onward_destination"],
            id="who travels on says where to",
        ),
        pytest.param(
            {"journey__pickup": "private_car"},
            ["journey-pickup"],
            id="private cars no longer come to the airport",
        ),
        pytest.param(
            {"visited__0__country": "", "visited__0__city": "", "visited__0__from_on": "",
             "visited__0__until_on": ""},
            ["visited-0-country"],
            id="the last 14 days were spent somewhere",
        ),
        pytest.param(
            {"visited__0__from_on": "2020-03-05"},
            ["visited-0-from_on"],
            id="and only the 14 days before the entry are asked",
        ),
        pytest.param(
            a_row("transits", country="FIN", city="Helsinki", arrived_at="2020-03-20T03:00",
                  departed_at="2020-03-20T02:00", carrier="AY 55"),
            ["transits-0-departed_at"],
            id="nobody leaves a transit point before getting there",
        ),
        pytest.param(
            a_row("transits", country="FIN", city="Helsinki", arrived_at="2020-03-20T03:00")
            | a_row("transits", 1, country="JPN", city="Tokyo", arrived_at="2020-03-20T01:00"),
            ["transits-1-arrived_at"],
            id="transit points are in order",
        ),
        pytest.param(
            a_row("transits", country="FIN", city="Helsinki", arrived_at="2020-03-20T17:00"),
            ["arrival-expected_arrival_at"],
            id="and before the arrival",
        ),
        pytest.param(
            a_row("transits", country="FIN", city="Helsinki", carrier="Finnair"),
            ["transits-0-carrier"],
            id="what one changes to is a flight or a train",
        ),
        # D. Health
        pytest.param(
            {"health__temperature": "33.9"}, ["health-temperature"], id="34 °C is the coldest"
        ),
        pytest.param(
            {"health__symptoms": ["dry_cough"]},
            ["health-symptom_onset"],
            id="symptoms began on some day",
        ),
        pytest.param(
            {"health__symptoms": ["dry_cough"], "health__symptom_onset": "2020-03-21"},
            ["health-symptom_onset"],
            id="which is not tomorrow",
        ),
        pytest.param(
            {"health__contact_fever": None},
            ["health-contact_fever"],
            id="a question without an answer is not a no",
        ),
        *(
            pytest.param({f"health__{answer}": "yes"}, [f"health-{detail}"], id=f"{answer} is yes")
            for answer, detail in {
                "medicine_72h": "medicine_72h_text",
                "contact_case": "contact_case_on",
                "tested_positive": "tested_positive_on",
                "medical_visit_14d": "medical_visit_14d_text",
            }.items()
        ),
        pytest.param(
            {"health__chronic_conditions": ["diabetes"]},
            ["health-chronic_conditions_note"],
            id="a condition comes with a note",
        ),
        # E. Observation request
        pytest.param(AT_HOME, [], id="home observation may be asked for on a ground"),
        pytest.param(
            AT_HOME | {"request__exception_grounds": []},
            ["request-exception_grounds"],
            id="and not without one since 16 March",
        ),
        pytest.param(
            AT_HOME | {"request__separate_room": None},
            ["request-separate_room"],
            id="and says whether there is an own room",
        ),
        pytest.param(
            AT_HOME | {"health__pregnant": None},
            ["health-pregnant"],
            id="the ground is declared",
        ),
        pytest.param(
            AT_HOME | {"request__exception_grounds": ["underlying_disease"]},
            ["health-chronic_conditions"],
            id="the disease is named",
        ),
        pytest.param(
            AT_HOME
            | {"request__exception_grounds": ["lives_alone"]}
            | a_row("co_residents", name="Karl", relation="husband"),
            ["request-exception_grounds"],
            id="nobody lives alone with somebody",
        ),
        # G. Declaration
        pytest.param(
            {"declaration__truth_declaration": None, "declaration__privacy_notice_read": None},
            ["declaration-truth_declaration", "declaration-privacy_notice_read"],
            id="the declaration is made and the notice read",
        ),
        pytest.param(
            {"declaration__sensitive_consent": None},
            ["declaration-sensitive_consent"],
            id="the separate consent is asked for",
        ),
        pytest.param(
            {"declaration__signed_by": "Karl"},
            ["declaration-signed_relation"],
            id="who signs for another says how they are related",
        ),
        pytest.param(
            {"arrival__companion": "HSY-000000"},
            ["arrival-companion"],
            id="a companion is a case that is there",
        ),
        pytest.param(
            {"journey__departure_time": "0001-01-01T00:00"}
            | a_row("transits", country="FIN", city="Helsinki", arrived_at="0001-01-01T00:00"),
            ["journey-departure_time", "transits-0-arrived_at"],
            id="a moment of another century is a slip",
        ),
        pytest.param(
            {"visited__0__DELETE": "on"},
            [""],
            id="with every place of the last 14 days removed one is missing",
        ),
    ],
)  # fmt: skip
def test_the_form_asks_again(changes: dict[str, Any], fields: list[str]) -> None:
    assert complaints(**changes) == fields


def test_before_16_march_a_dwelling_was_enough_to_stay_at_home() -> None:
    in_time = {
        "arrival__expected_arrival_at": "2020-03-15T16:05",
        "journey__entry_date": "2020-03-15",
        "visited__0__from_on": "2020-03-01",
        "visited__0__until_on": "2020-03-15",
        "request__exception_grounds": [],
        "journey__pickup": "private_car",
    }

    assert complaints(**AT_HOME | in_time) == []


def test_a_document_that_expires_before_the_arrival_is_a_warning_and_no_error() -> None:
    form = filled(document__document_expiry="2020-03-19")

    assert form.is_valid()
    assert [str(warning) for warning in form.warnings] == ["证件在抵京前到期。"]


def test_the_answers_become_the_rows_of_the_case() -> None:
    registration = answered(
        person__nationality="德国",
        contact__phone_intl="+49 151 1234 5678",
        journey__departure_time="2020-03-19T14:00",
        journey__departure_offset="+01:00",
        **a_row("transits", country="Finland", city="Helsinki", carrier="ay55"),
    )

    assert registration.person.nationality == "DEU"
    assert registration.person.phone_cn == "19900000001"
    assert registration.person.phone_intl == "+4915112345678"
    assert registration.person.needs_interpreter is False
    assert registration.journey.departure_time == datetime(2020, 3, 19, 13, tzinfo=UTC)
    assert [(t.country, t.carrier) for t in registration.transits] == [("FIN", "AY55")]
    assert [v.city for v in registration.visited] == ["Frankfurt"]
    assert registration.co_residents == []
    assert registration.case.community == real_place("jiangshanfu")
    assert registration.request.applied_at == NOW


def test_digits_of_any_script_are_digits() -> None:
    registration = answered(contact__phone_cn="199٠٠٠٠٠٠٠١", journey__flight_number="ｃａ９６６")

    assert registration.person.phone_cn == "19900000001"
    assert registration.journey.flight_number == "CA966"


def test_somebody_who_asks_to_be_at_home_only_after_the_landing_did_not_apply_before_it(
    db: None,
) -> None:
    landed, asked_at = moment("2020-03-17"), moment("2020-03-15")
    case = make_case(
        arrived=landed, request={"requested_mode": "centralized", "applied_at": asked_at}
    )
    corrected = make_registration(
        expected_arrival_at=landed,
        document={"document_number": case.document.document_number},
        request={"exception_grounds": ["lives_alone"], "applied_at": asked_at},
    )

    amend(case, corrected, by=make_user(), now=moment("2020-03-18"), reason="asks by phone")

    assert case.decision.rule == "P3-centralized"
    assert case.request.applied_at == moment("2020-03-18")


def test_somebody_who_is_found_to_have_landed_yesterday_is_observed_since_then(case: Case) -> None:
    landed = moment("2020-03-19", "16:00")
    corrected = make_registration(
        expected_arrival_at=landed, document={"document_number": case.document.document_number}
    )

    amend(case, corrected, by=make_user(), now=NOW, reason="a day earlier than stated")

    assert case.arrived_at == landed
    assert observation_of(case).started_on == date(2020, 3, 19)


GERMAN = {
    "person_category": "foreign",
    "name_zh": "",
    "surname_latin": "MUSTER",
    "given_names_latin": "LENA SOFIE",
    "birth_date": date(1988, 8, 8),
    "nationality": "DEU",
}
KOREAN = GERMAN | {
    "surname_latin": "KIM",
    "given_names_latin": "MINJI",
    "birth_date": date(1990, 1, 1),
    "nationality": "KOR",
}
PASSPORT = {"document_type": "passport", "document_number": "X00000001", "visa_type": "Z"}


def test_two_countries_may_give_out_the_same_passport_number() -> None:
    hers = make_case(person=GERMAN, document=PASSPORT)
    other = make_case(person=KOREAN, document=PASSPORT)

    hers.refresh_from_db()
    assert hers.person_id != other.person_id
    assert str(hers.person) == "MUSTER LENA SOFIE"


def test_a_passport_follows_its_holder_to_another_nationality() -> None:
    case = make_case(person=GERMAN, document=PASSPORT)
    corrected = make_registration(person=GERMAN | {"nationality": "AUT"}, document=PASSPORT)

    amend(case, corrected, by=make_user(), now=NOW, reason="read wrongly")
    make_case(person=GERMAN | {"surname_latin": "ANDERS"}, document=PASSPORT)

    assert case.document.issuing_country == "AUT"


@pytest.mark.parametrize(
    ("known", "complaint"),
    [
        pytest.param(GERMAN, [], id="who came before comes again"),
        pytest.param(GERMAN | {"birth_date": date(1988, 8, 9)}, [], id="born a day off"),
        pytest.param(
            GERMAN | {"surname_latin": "SCHMIDT", "given_names_latin": "KARIN"},
            [],
            id="named anew by marriage",
        ),
        pytest.param(
            KOREAN | {"nationality": "DEU"}, ["document-document_number"], id="a slip in the number"
        ),
    ],
)
def test_a_slip_in_the_number_does_not_make_two_people_one(
    known: dict[str, Any], complaint: list[str]
) -> None:
    releasing.close(
        make_case(person=known, document=PASSPORT),
        "cancelled",
        by=make_user(),
        now=NOW,
        note="a mistake",
    )

    assert complaints() == complaint


def test_needs_are_kept_with_the_separate_consent_alone() -> None:
    needs = {"care__diet": "halal"}

    kept = answered(**needs).care
    assert kept is not None and kept.diet == "halal"
    assert answered(**needs, declaration__sensitive_consent="no").care is None
    assert answered().care is None


def test_somebody_who_travels_along_is_of_the_same_group(case: Case) -> None:
    assert answered(arrival__companion=case.number.lower()).case.travel_group == case.travel_group
    assert answered().case.travel_group != case.travel_group


def test_a_row_that_is_ticked_to_be_removed_is_neither_judged_nor_kept() -> None:
    row = a_row("transits", country="nowhere", city="", DELETE="on")

    assert answered(**row).transits == []


def test_all_that_is_asked_stands_on_the_printed_sheet() -> None:
    printed = {
        name.rpartition(".")[2]
        for part in FORM
        for name in part.rows.split()
    }  # fmt: skip
    lists = {name for part in FORM for table in part.tables for name in table.fields.split()}
    form = RegistrationForm(now=NOW)
    asked = {name for section in form.sections for part in section.forms for name in part.fields}
    rows = {name for formset in form.formsets for name in formset.form.base_fields}

    # How a number is shown, and what is asked only to work something else out.
    assert asked - printed == {
        "document_number", "departure_offset", "companion", "only_there", "none_of_these",
    }  # fmt: skip
    assert rows - lists == set()


def test_a_community_outside_the_sub_district_is_offered_and_not_refused() -> None:
    konggang = Place.objects.get(code="cofco-xiangyun")

    assert answered(dwelling__community=str(konggang.pk)).case.community == konggang


# --- What may be left out -----------------------------------------------------------------------


def test_answers_that_the_others_suggest_may_be_left_out() -> None:
    left_out = dict.fromkeys(
        [
            "person__preferred_language", "journey__entry_date", "declaration__signed_by",
            "declaration__privacy_notice_language",
        ],
        "",
    )  # fmt: skip

    registration = answered(**left_out)

    assert registration.person.preferred_language == "de"
    assert registration.journey.entry_date == date(2020, 3, 20)
    assert registration.declaration.privacy_notice_language == "de"
    assert registration.declaration.signed_by == "MUSTER LENA SOFIE"


@pytest.mark.parametrize(
    ("nationality", "language"),
    [
        ("CHN", "zh-hans"), ("HKG", "zh-hant"), ("KOR", "ko"), ("CHE", "de"), ("BRA", "en"),
        ("EGY", "ar"), ("CAN", "en"), ("MEX", "es"), ("", "en"),
    ],
)  # fmt: skip
def test_the_language_is_what_most_people_of_the_country_speak(
    nationality: str, language: str
) -> None:
    assert language_of(nationality) == language


def test_a_guardian_signs_for_a_child_unless_somebody_says_otherwise() -> None:
    unsigned = CHILD | {"declaration__signed_by": "", "declaration__signed_relation": ""}
    declaration = answered(**unsigned).declaration

    assert declaration.signed_by == CHILD["person__guardian_name"]
    assert declaration.signed_relation


def test_an_entry_elsewhere_has_a_day_of_its_own() -> None:
    by_tianjin = BY_TIANJIN | {"journey__entry_date": "", "journey__days_observed_elsewhere": "0"}

    assert complaints(**by_tianjin) == ["journey-entry_date"]


NOWHERE_ELSE = {f"visited__0__{name}": "" for name in ("country", "city", "from_on", "until_on")}


def test_the_last_14_days_may_be_those_in_the_place_of_departure() -> None:
    there = NOWHERE_ELSE | {"arrival__only_there": "on"}
    (whole,) = answered(**there).visited
    (until_the_flight,) = answered(**there, journey__departure_time="2020-03-19T20:00").visited

    assert (whole.country, whole.city) == ("DEU", "Frankfurt")
    assert (whole.from_on, whole.until_on) == (date(2020, 3, 6), date(2020, 3, 20))
    assert until_the_flight.until_on == date(2020, 3, 19)
    assert [each.city for each in answered(arrival__only_there="on").visited] == ["Frankfurt"]


OPEN_QUESTIONS = {f"health__{name}": "" for name in HealthForm.QUESTIONS}


def test_no_to_all_of_these_answers_the_questions_that_are_open() -> None:
    health = answered(**OPEN_QUESTIONS, health__none_of_these="on").health

    assert [getattr(health, name) for name in HealthForm.QUESTIONS] == [False] * 7


@pytest.mark.parametrize(
    "otherwise",
    [
        {"health__symptoms": ["fever"], "health__symptom_onset": "2020-03-19"},
        {"health__cluster": "yes"},
        {"health__pregnant": "on"},
        {"health__regular_medicine": "aspirin"},
    ],
)
def test_no_to_all_of_these_does_not_stand_beside_a_yes(otherwise: dict[str, Any]) -> None:
    assert complaints(**otherwise, health__none_of_these="on") == ["health-none_of_these"]


# --- What matters -------------------------------------------------------------------------------


def test_every_rule_of_what_matters_names_fields_and_answers_that_are_there() -> None:
    form = RegistrationForm(now=NOW)
    fields = {
        part.add_prefix(name): field
        for part in form.all_forms
        for name, field in part.fields.items()
    }

    for name, rules in RULES.items():
        assert name in fields or name in form.parts
        for rule in rules:
            choices = dict(getattr(fields[rule.beside], "choices", {}))
            assert {*rule.only, *rule.unless} <= {*choices, "on"}


def test_no_field_that_must_be_filled_in_is_hidden_on_an_empty_form() -> None:
    form = RegistrationForm(now=NOW)
    hidden = [
        part.add_prefix(name)
        for part in form.all_forms
        for name, field in part.fields.items()
        if field.required and any(not rule.unless for rule in RULES.get(part.add_prefix(name), ()))
    ]

    assert hidden == []


def test_what_is_missing_is_one_line_for_a_section() -> None:
    left = ("care-diet", *(name for name in typed() if name.endswith("_FORMS")))
    nothing = {name.replace("-", "__"): "" for name in typed() if name not in left}
    form = filled(**nothing)
    form.is_valid()

    assert [part.section.letter for part in form.amiss] == ["A", "B", "C", "D", "E", "G", "O"]
    assert [part.wrong for part in form.amiss if part.wrong] == []
    assert len(form.amiss[0].missing) > 4


def test_what_is_wrong_is_a_line_of_its_own() -> None:
    form = filled(person__birth_date="1899-12-31", person__gender="")
    form.is_valid()
    (person,) = form.amiss

    assert [field.html_name for field in person.missing] == ["person-gender"]
    assert [field.html_name for field, _error in person.wrong if field] == ["person-birth_date"]
