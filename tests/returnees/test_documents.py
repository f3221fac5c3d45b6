"""Document numbers: every row of the reference list, and the rules one by one."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import assume, given
from hypothesis import strategies as st

from returnees.documents import (
    CheckedNumber,
    DocumentType,
    InvalidDocumentNumber,
    check,
    normalise,
)
from returnees.documents.digits import icao_731, mod_11_2

TODAY = date(2020, 3, 20)
with (Path(__file__).parent.parent / "data" / "document_numbers.csv").open(
    encoding="utf-8"
) as file:
    REFERENCE = [row for row in csv.DictReader(file) if not row["kind"].startswith("mrz")]
VALID = [(row["kind"], row["number"]) for row in REFERENCE if row["valid"] == "true"]
INVALID = [
    (row["kind"], row["number"], row["why"].partition(":")[0])
    for row in REFERENCE
    if row["valid"] == "false"
]


def refusal(*args: str, **kwargs: object) -> InvalidDocumentNumber:
    with pytest.raises(InvalidDocumentNumber) as caught:
        check(*args, today=TODAY, **kwargs)  # type: ignore[arg-type]
    return caught.value


def test_the_reference_list_is_whole():
    assert (len(VALID), len(INVALID)) == (55, 50)


@pytest.mark.parametrize(("kind", "number"), VALID)
def test_a_valid_number_is_accepted_in_its_normal_form(kind, number):
    assert check(kind, number, today=TODAY).number == normalise(number)


@pytest.mark.parametrize(("kind", "number", "rule"), INVALID)
def test_an_invalid_number_is_refused_by_the_rule_it_breaks(kind, number, rule):
    assert refusal(kind, number).rule == rule


@pytest.mark.parametrize(("kind", "number"), VALID)
def test_a_number_entered_under_another_type_names_its_own(kind, number):
    for other in set(DocumentType) - {kind}:
        try:
            check(other, number, today=TODAY)
        except InvalidDocumentNumber as refused:
            assert kind in refused.other_types
            assert str(DocumentType(kind).label) in str(refused)


def test_a_number_that_fits_nothing_names_no_type():
    refused = refusal("resident_id", "110199198808089117")

    assert (refused.rule, refused.other_types) == ("check_digit", ())


def test_the_message_is_put_in_words_when_it_is_shown():
    message = refusal("resident_id", "810000198504129914").message

    with translation.override("en"):
        assert str(message) == (
            "The digits for the region are not used on this type of document. It would be valid "
            "as: Residence Permit for Hong Kong, Macao and Taiwan Residents."
        )


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        (
            "resident_id",
            "11010519491231002X",
            CheckedNumber("11010519491231002X", date(1949, 12, 31), "F", "CHN"),
        ),
        (
            "hmt_residence_permit",
            "830000197809239937",
            CheckedNumber("830000197809239937", date(1978, 9, 23), "M", "TWN"),
        ),
        (
            "prc_permanent_resident_18",
            "911276197411029920",
            CheckedNumber("911276197411029920", date(1974, 11, 2), "F", "DEU"),
        ),
        (
            "prc_permanent_resident_15",
            "fra-110000022949",
            CheckedNumber("FRA110000022949", date(2000, 2, 29), None, "FRA"),
        ),
        ("passport", "L898 902-C3", CheckedNumber("L898902C3")),
        ("taiwan_travel_permit", "01234567", CheckedNumber("01234567")),
        (
            "taiwan_travel_permit",
            "0123456701(b)",
            CheckedNumber("0123456701(B)", needs_manual_check=True),
        ),
    ],
)
def test_a_number_reveals_what_it_says_of_its_holder(kind, number, expected):
    assert check(kind, number, today=TODAY) == expected


@pytest.mark.parametrize(
    ("holder", "rule"),
    [
        ({"birth_date": date(1949, 12, 30)}, "birth_date_mismatch"),
        ({"birth_date": date(1949, 12, 31), "gender": "M"}, "gender_mismatch"),
    ],
)
def test_a_number_that_contradicts_its_holder_is_refused(holder, rule):
    assert refusal("resident_id", "11010519491231002X", **holder).rule == rule


@pytest.mark.parametrize("gender", ["F", "X", None])
def test_a_number_that_agrees_with_its_holder_is_accepted(gender):
    born = date(1949, 12, 31)

    checked = check(
        "resident_id", "11010519491231002X", today=TODAY, birth_date=born, gender=gender
    )

    assert checked.birth_date == born


def test_a_number_that_says_nothing_contradicts_nobody():
    assert check("passport", "L898902C3", today=TODAY, birth_date=TODAY, gender="M")


@pytest.mark.parametrize(
    ("number", "born"),
    [("CAN11002003201", date(2020, 3, 20)), ("CAN11002003211", date(1920, 3, 21))],
)
def test_the_holder_of_a_card_of_2017_is_not_born_in_the_future(number, born):
    number += icao_731(number)

    assert check("prc_permanent_resident_15", number, today=TODAY).birth_date == born


@pytest.mark.parametrize("digits", ["١٢٣٤٥٦٧٨", "१२३४५६७८"])
def test_digits_of_other_scripts_are_no_digits(digits):
    assert refusal("taiwan_travel_permit", digits).rule == "format"


def test_both_check_digits_fit_the_examples_of_their_standards():
    assert mod_11_2("11010519491231002") == "X"
    assert icao_731("L898902C3") == "6"


@given(
    number=st.text("0123456789", min_size=17, max_size=17),
    at=st.integers(0, 16),
    digit=st.integers(0, 9),
)
def test_mod_11_2_notices_any_one_wrong_digit(number, at, digit):
    assume(number[at] != str(digit))

    assert mod_11_2(number[:at] + str(digit) + number[at + 1 :]) != mod_11_2(number)


@given(
    number=st.text("0123456789", min_size=9, max_size=14),
    at=st.integers(0, 8),
    digit=st.integers(0, 9),
)
def test_7_3_1_notices_any_one_wrong_digit(number, at, digit):
    assume(number[at] != str(digit))

    assert icao_731(number[:at] + str(digit) + number[at + 1 :]) != icao_731(number)


@given(st.text())
def test_normalising_twice_changes_nothing_more(text):
    assert normalise(normalise(text)) == normalise(text)


@given(kind=st.sampled_from(DocumentType.values), text=st.text())
def test_whatever_is_typed_is_accepted_or_refused(kind, text):
    try:
        checked = check(kind, text, today=TODAY)
    except InvalidDocumentNumber as refused:
        assert str(refused)
    else:
        assert checked.number == normalise(text)
