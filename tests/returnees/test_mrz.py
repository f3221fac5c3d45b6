"""The machine-readable zone: the published specimens, and what can go wrong at a counter."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnees.documents import DocumentType, InvalidMrz, Mrz, parse, read
from returnees.documents.digits import icao_731
from returnees.documents.layouts import Span
from returnees.documents.mrz_problems import MESSAGES

TODAY = date(2020, 3, 20)
with (Path(__file__).parent.parent / "data" / "document_numbers.csv").open(
    encoding="utf-8"
) as file:
    REFERENCE = [row for row in csv.DictReader(file) if row["kind"].startswith("mrz")]
VALID = [(row["kind"], row["number"]) for row in REFERENCE if row["valid"] == "true"]
INVALID = [
    (row["number"], row["why"].partition(":")[0]) for row in REFERENCE if row["valid"] == "false"
]
UTOPIA = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
)
GERMANY = (
    "P<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<\nC01X00T478D<<6408125F2702283<<<<<<<<<<<<<<<4"
)
GERMAN_FIELDS = {
    "document_type": DocumentType.PASSPORT,
    "document_number": "C01X00T47",
    "document_expiry": date(2027, 2, 28),
    "nationality": "DEU",
    "birth_date": date(1964, 8, 12),
    "gender": "F",
    "surname_latin": "MUSTERMANN",
    "given_names_latin": "ERIKA",
}


def td3(number: str, *, state: str = "DEU", birth: str = "640812", expiry: str = "270228") -> str:
    """A passport's zone with the right check digits."""
    second = number.ljust(9, "<")
    second += icao_731(second) + state + birth + icao_731(birth) + "F" + expiry + icao_731(expiry)
    second += "<" * 15
    composite = icao_731(second[:10] + second[13:20] + second[21:43])
    return f"{f'P<{state}MUSTERMANN<<ERIKA':<<44}\n{second}{composite}"


def without(fields: dict[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in fields.items() if name not in names}


def refusal(text: str) -> InvalidMrz:
    with pytest.raises(InvalidMrz) as caught:
        parse(text, today=TODAY)
    return caught.value


def test_the_reference_list_is_whole():
    assert (len(VALID), len(INVALID)) == (9, 14)


@pytest.mark.parametrize(("kind", "text"), VALID)
def test_a_sound_zone_is_parsed(kind, text):
    assert f"mrz_{parse(text, today=TODAY).kind}" == kind


@pytest.mark.parametrize(("text", "rule"), INVALID)
def test_an_unsound_zone_is_refused_by_the_rule_it_breaks(text, rule):
    refused = refusal(text)

    assert (refused.rule, str(refused)) == (rule, str(MESSAGES[rule]))


def test_the_passport_of_utopia_is_read_whole():
    assert parse(UTOPIA, today=TODAY) == Mrz(
        kind="td3",
        document_code="P",
        issuing_state="UTO",
        number="L898902C3",
        nationality="UTO",
        birth_date=date(1974, 8, 12),
        birth_is_partial=False,
        sex="F",
        expiry_on=date(2012, 4, 15),
        surname="ERIKSSON",
        given_names="ANNA MARIA",
        optional="ZE184226B",
    )


def test_the_card_of_utopia_is_read_whole():
    text = (
        "I<UTOD231458907<<<<<<<<<<<<<<<\n"
        "7408122F1204159UTO<<<<<<<<<<<6\n"
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
    )

    assert parse(text, today=TODAY) == Mrz(
        kind="td1",
        document_code="I",
        issuing_state="UTO",
        number="D23145890",
        nationality="UTO",
        birth_date=date(1974, 8, 12),
        birth_is_partial=False,
        sex="F",
        expiry_on=date(2012, 4, 15),
        surname="ERIKSSON",
        given_names="ANNA MARIA",
        optional="",
    )


def test_a_passport_is_valid_on_its_last_day_and_not_after():
    mrz = parse(UTOPIA, today=TODAY)

    assert not mrz.expired(date(2012, 4, 15))
    assert mrz.expired(date(2012, 4, 16))


@pytest.mark.parametrize(
    "pasted",
    [
        GERMANY.replace("\n", ""),
        GERMANY.replace("\n", "|"),
        GERMANY.replace("\n", "\r\n"),
        GERMANY.replace("\n", " "),
        f"\n  {GERMANY.lower()}  \n",
        GERMANY.replace("<", "＜"),
    ],
    ids=["one blob", "bar", "windows", "blank", "lower case and margins", "full width"],
)
def test_it_does_not_matter_how_the_lines_were_pasted(pasted):
    assert parse(pasted, today=TODAY) == parse(GERMANY, today=TODAY)


def test_everything_is_filled_from_a_sound_passport():
    assert read(GERMANY, today=TODAY) == (GERMAN_FIELDS, [])


@pytest.mark.parametrize(
    ("wrong", "right", "rule", "spoilt"),
    [
        ("C01X00T478", "C01X00T477", "check_digit_number", ("document_number", "document_type")),
        ("6408125", "6408124", "check_digit_birth", ("birth_date",)),
        ("2702283", "2702284", "check_digit_expiry", ("document_expiry",)),
        ("F27", "Z27", "sex", ("gender",)),
        ("D<<64", "ZZZ64", "nationality", ("nationality",)),
        ("MUSTERMANN", "MUSTERM4NN", "name", ("surname_latin", "given_names_latin")),
        ("ERIKA<<", "ERIKA* ", "charset", ("surname_latin", "given_names_latin")),
    ],
)
def test_what_fits_is_filled_and_what_does_not_is_marked(wrong, right, rule, spoilt):
    fields, problems = read(GERMANY.replace(wrong, right), today=TODAY)

    assert fields == without(GERMAN_FIELDS, *spoilt)
    marked = next(problem for problem in problems if problem.rule == rule)
    assert set(marked.fields) == set(spoilt) - {"document_type"}


def test_miscounted_fillers_leave_the_second_line_readable_and_mark_the_names():
    fields, problems = read(GERMANY.replace("ERIKA<<", "ERIKA<"), today=TODAY)

    assert fields == GERMAN_FIELDS
    assert [(problem.rule, problem.span, problem.fields) for problem in problems] == [
        ("length", Span(0, 0, 43), ("surname_latin", "given_names_latin"))
    ]


def test_a_second_line_of_the_wrong_length_is_not_guessed_at():
    fields, problems = read(GERMANY[:-1], today=TODAY)

    assert fields == {"surname_latin": "MUSTERMANN", "given_names_latin": "ERIKA"}
    assert [problem.rule for problem in problems] == ["length"]


@pytest.mark.parametrize(
    ("birth", "expected"),
    [("200320", date(2020, 3, 20)), ("200321", date(1920, 3, 21)), ("000229", date(2000, 2, 29))],
)
def test_nobody_is_born_in_the_future(birth, expected):
    assert parse(td3("C01X00T47", birth=birth), today=TODAY).birth_date == expected


@pytest.mark.parametrize("birth", ["88<<<<", "8808<<", "<<<<<<"])
def test_an_unknown_part_of_the_birth_date_is_allowed_but_must_be_asked_for(birth):
    text = td3("C01X00T47", birth=birth)

    mrz = parse(text, today=TODAY)
    fields, problems = read(text, today=TODAY)

    assert (mrz.birth_date, mrz.birth_is_partial) == (None, True)
    assert "birth_date" not in fields
    assert [(problem.rule, problem.fields) for problem in problems] == [
        ("birth_date_partial", ("birth_date",))
    ]


@pytest.mark.parametrize("birth", ["8813<<", "88<<32", "8<0101", "88ABCD"])
def test_a_birth_date_that_can_not_be_is_refused(birth):
    assert refusal(td3("C01X00T47", birth=birth)).rule == "birth_date"


def test_a_document_may_never_expire_but_not_on_a_day_that_does_not_exist():
    assert parse(td3("C01X00T47", expiry="<<<<<<"), today=TODAY).expiry_on is None
    assert refusal(td3("C01X00T47", expiry="270230")).rule == "expiry_date"


def test_a_card_number_longer_than_its_field_is_left_to_the_hand():
    text = (
        "I<UTOD23145890<7349<<<<<<<<<<<\n"
        "3407127M9507122UTO<<<<<<<<<<<2\n"
        "STEVENSON<<PETER<JOHN<<<<<<<<<"
    )

    assert refusal(text).rule == "long_number"
    assert "document_number" not in read(text, today=TODAY)[0]


@pytest.mark.parametrize(
    ("state", "number", "expected"),
    [
        ("CHN", "E12345678", DocumentType.PASSPORT_CHN),
        ("CHN", "KJ0000001", DocumentType.PASSPORT),
        ("KOR", "E12345678", DocumentType.PASSPORT),
    ],
    ids=["mainland", "Hong Kong", "Korea"],
)
def test_a_mainland_passport_is_recognised_by_its_state_and_number(state, number, expected):
    assert read(td3(number, state=state), today=TODAY)[0]["document_type"] == expected


def test_a_refusal_says_where_to_look():
    refused = refusal(GERMANY.replace("6408125", "6408124"))

    assert (refused.line, refused.span) == (1, Span(1, 13, 19))


@given(at=st.integers(0, 8), digit=st.sampled_from("0123456789"))
def test_any_one_wrong_digit_of_the_number_is_noticed(at, digit):
    right = td3("123456789")
    start = right.index("\n") + 1 + at
    wrong = right[:start] + digit + right[start + 1 :]

    if wrong != right:
        assert refusal(wrong).rule == "check_digit_number"


@given(st.text() | st.text("P<A1|\n ", min_size=80, max_size=95))
def test_whatever_is_pasted_is_parsed_or_refused_and_never_breaks(text):
    fields, problems = read(text, today=TODAY)

    assert problems or fields
    assert all(problem.message for problem in problems)
