"""The kinds behind the public reports, each for whatever may be typed of it."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, time
from decimal import Decimal

import phonenumbers
import pytest
from django.conf import settings
from django.db import connection
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat

from houshayu.codes import CROCKFORD, as_meant
from houshayu.dates import read_day, read_moment
from houshayu.phones import phone_numbers
from houshayu.privacy.masking import mask_phones_in_text
from houshayu.typed import decimal, normalise, visible
from returnees import names
from returnees.countries import ALPHA2, CODES, country_code, country_name
from returnees.documents import read
from returnees.models.case_queries import case_number
from returnees.names.readings import COMPOUND_SURNAMES, SURNAME_READINGS
from tests.cases.mrz import TODAY, td2, td3

INVISIBLE = "\u200b\u200c\u200e\u200f\u202a\u202c\u202d\u202e\u2060\u2066\u2069\ufeff\u00ad"
DASHES = "-‐‑‒–—―−－"
WIDE = {each: each + 0xFEE0 for each in range(0x21, 0x7F)}
LATIN = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=10)
HANZI = "王张李陈刘杨黄赵吴周国华伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂"
TRADITIONAL = str.maketrans(
    "张陈刘杨黄赵吴国华伟静丽强军艳杰涛刚", "張陳劉楊黃趙吳國華偉靜麗強軍艷傑濤剛"
)


@st.composite
def disturbed(draw: st.DrawFn, text: str, between: str = INVISIBLE) -> str:
    """The text with characters put in that change nothing."""
    spots = draw(st.lists(st.integers(0, len(text)), max_size=4))
    for spot in sorted(spots, reverse=True):
        text = text[:spot] + draw(st.sampled_from(between)) + text[spot:]
    return text


# --- What cannot be seen, and how wide it is --------------------------------------------------


@given(st.data(), st.text("ABCXYZ0123456789", min_size=1, max_size=20))
def test_a_number_is_the_same_however_it_is_typed(data: st.DataObject, number: str) -> None:
    typed = data.draw(disturbed(number, INVISIBLE + DASHES + " \u3000\u00a0"))

    assert (
        normalise(typed) == normalise(typed.translate(WIDE)) == normalise(typed.lower()) == number
    )


@given(st.text())
def test_what_is_visible_stays(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert not any(unicodedata.category(each) == "Cf" for each in visible(text))


@given(st.integers(340, 429), st.sampled_from(".,。．，·"), st.sampled_from(["", "0", "00"]))
def test_a_temperature_is_the_same_with_any_point_and_any_digits(
    tenths: int, point: str, zeros: str
) -> None:
    typed = f"{tenths // 10}{point}{tenths % 10}{zeros}"

    assert (
        Decimal(decimal(typed)) == Decimal(decimal(typed.translate(WIDE))) == Decimal(tenths) / 10
    )


@given(st.data(), st.text(CROCKFORD, min_size=6, max_size=6))
def test_a_case_number_is_the_same_however_it_is_typed(data: st.DataObject, six: str) -> None:
    misread = six.replace("0", data.draw(st.sampled_from("0Oo"))).replace(
        "1", data.draw(st.sampled_from("1IilL"))
    )
    begins = data.draw(st.sampled_from(["", "HSY", "HSY-", "hsy ", "ＨＳＹ－"]))

    assert case_number(data.draw(disturbed(begins + misread))) == f"HSY-{six}"
    assert as_meant(misread.translate(WIDE)) == six


# --- Phones -----------------------------------------------------------------------------------


@given(
    st.data(),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", "+86", "86", "0086", "(+86) ", "+86-"]),
    st.sampled_from(["", " ", "-", "–", ".", " - ", "\u00a0"]),
)
def test_a_mobile_number_of_china_is_the_same_in_every_dress(
    data: st.DataObject, number: str, code: str, between: str
) -> None:
    dressed = f"{code}{number[:3]}{between}{number[3:7]}{between}{number[7:]}"

    assert phone_numbers(data.draw(disturbed(dressed)))[0] == number
    assert phone_numbers(dressed.translate(WIDE))[0] == number


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS - {"CN"}))
def test_a_number_of_every_country_is_dialled_as_it_is_dialled_from_abroad(region: str) -> None:
    example = phonenumbers.example_number(region)
    dialled = phonenumbers.format_number(example, PhoneNumberFormat.E164)
    shown = phonenumbers.format_number(example, PhoneNumberFormat.INTERNATIONAL)

    for typed in (dialled, shown, shown.replace(" ", "."), shown.replace("-", "–"),
                  shown.replace("+", "00"), shown.translate(WIDE)):  # fmt: skip
        assert phone_numbers(typed)[-1:] == (dialled,), typed


@given(st.text())
def test_no_text_breaks_the_reading_of_phones(text: str) -> None:
    assert all(each.removeprefix("+").isdecimal() for each in phone_numbers(text))


@given(
    st.data(),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", " ", "-", "–", ".", "·", "/", "_", "\u202d", " – "]),
)
def test_a_number_in_a_text_never_stands_bare(
    data: st.DataObject, number: str, between: str
) -> None:
    text = f"王先生 {number[:3]}{between}{number[3:7]}{between}{number[7:]}, 房东"

    masked = mask_phones_in_text(data.draw(st.sampled_from([text, text.translate(WIDE)])))
    shown = "".join(each for each in unicodedata.normalize("NFKC", masked) if each.isdigit())
    assert len(shown) <= 5 and masked.startswith("王先生")


# --- Days -------------------------------------------------------------------------------------

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
FORMS = [
    "{0:%Y%m%d}", "{0:%Y-%m-%d}", "{0.year}/{0.month}/{0.day}", "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日", "{0.year} 年 {0.month} 月 {0.day} 號", "{0:%d %b %Y}",
    "{0:%B} {0.day}, {0.year}", "{0.year} {0.month} {0.day}", "{0.year}년 {0.month}월 {0.day}일",
    "{0:%d-%b-%Y}", "{0.year}，{0.month}，{0.day}",
]  # fmt: skip


@given(st.data(), DAYS, st.sampled_from(FORMS))
def test_a_day_is_read_in_every_usual_form(data: st.DataObject, day: date, form: str) -> None:
    typed = form.format(day)

    assert read_day(data.draw(disturbed(typed))) == read_day(typed.translate(WIDE)) == day


@given(DAYS)
def test_a_day_that_could_be_two_is_asked_for_again(day: date) -> None:
    typed = f"{day.month}/{day.day}/{day.year}"
    is_one = day.day > 12 or day.day == day.month

    assert read_day(typed) == (day if is_one else None)
    assert read_day(f"{day.year % 100:02}-{day.month}-{day.day}") is None


@given(DAYS, st.times(), st.sampled_from(FORMS))
def test_a_moment_is_read_in_every_usual_form(day: date, clock: time, form: str) -> None:
    clock = clock.replace(second=0, microsecond=0)
    typed = form.format(day)

    for shown in (f"{clock:%H:%M}", f"{clock.hour}时{clock.minute}分", f"{clock:%H%M}"):
        assert read_moment(f"{typed} {shown}") == (day, clock), shown
    assert read_moment(datetime.combine(day, clock).isoformat()) == (day, clock)


@given(st.text())
def test_no_text_breaks_the_reading_of_days(text: str) -> None:
    assert read_day(text) is None or isinstance(read_day(text), date)
    assert read_moment(text) is None or isinstance(read_moment(text), tuple)


# --- Countries --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_every_country_is_known_by_its_name_in_every_language(language: str) -> None:
    known = {code: country_code(country_name(code, language)) for code in ALPHA2}

    # What two languages call two countries is no country's name.
    assert {code: found for code, found in known.items() if found not in (code, None)} == {}
    assert sum(found is None for found in known.values()) <= 2


def test_every_code_is_known_however_it_is_typed() -> None:
    for code in CODES:
        assert country_code(code) == country_code(f" {code.lower()}\u200b") == code
    for alpha3, alpha2 in ALPHA2.items():
        assert country_code(alpha2.translate(WIDE)) == alpha3


# --- Names ------------------------------------------------------------------------------------


def is_found(typed: str, *name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_tsvector('simple', %s) @@ to_tsquery('simple', %s)",
            [names.search_tokens(*name), names.search_query(typed)],
        )
        return bool(cursor.fetchone()[0])


FEW = limits(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(st.data(), LATIN, LATIN, LATIN)
def test_somebody_is_found_with_their_names_joined_apart_and_in_any_order(
    db: None, data: st.DataObject, surname: str, one: str, two: str
) -> None:
    joiners = ["", " ", "-", "‑", "'", "’"]
    stored = one + data.draw(st.sampled_from(["", " ", "-", "'"])) + two
    given_names = one + data.draw(st.sampled_from(joiners)) + two
    both = [given_names.title(), surname.lower()]
    typed = " ".join(data.draw(st.permutations(both)))

    assert is_found(data.draw(disturbed(typed)), "", surname, stored), (typed, stored)
    assert is_found(f"{one[0]}. {surname}", "", surname, stored)


@FEW
@given(st.text(HANZI, min_size=2, max_size=4))
def test_somebody_is_found_in_simplified_and_traditional_characters(db: None, name: str) -> None:
    other = name.translate(TRADITIONAL)

    assert is_found(other, name, "", "") and is_found(name, other, "", "")
    assert is_found(other[1:], name, "", "")
    assert names.same_name(name, other) and names.may_be_one((name, ""), (other, ""))
    assert names.suggest_latin(name) == names.suggest_latin(other)


@FEW
@given(st.characters(min_codepoint=0x3400, max_codepoint=0x3347F))
def test_every_character_of_a_name_is_found(db: None, character: str) -> None:
    try:
        name = names.clean_name_zh(f"王{character}")
    except Exception:  # no character of a name
        assume(False)

    assert is_found(name, name, "", "") and is_found(name[1:], name, "", "")


@given(st.data(), LATIN, LATIN)
def test_a_signature_is_the_same_name_in_any_dress(
    data: st.DataObject, surname: str, given: str
) -> None:
    name = f"{surname} {given}"
    typed = data.draw(st.sampled_from([name, f"{given} {surname}", f"{given}, {surname}".title()]))

    assert names.same_name(data.draw(disturbed(typed)).translate(WIDE), name)
    assert names.same_name(name, typed) == names.same_name(typed, name)


@given(st.sampled_from(sorted(SURNAME_READINGS)), st.text(HANZI, min_size=1, max_size=2))
def test_a_surname_with_a_reading_of_its_own_is_read_so(surname: str, given: str) -> None:
    assume(surname + given[0] not in COMPOUND_SURNAMES)

    assert names.suggest_latin(surname + given)[0] == SURNAME_READINGS[surname].upper()


@given(st.sampled_from(sorted(COMPOUND_SURNAMES)), st.text(HANZI, min_size=1, max_size=2))
def test_a_compound_surname_stays_whole(surname: str, given: str) -> None:
    assert names.split_zh(surname + given) == (surname, given)


# --- Machine-readable zones -------------------------------------------------------------------


@given(
    st.data(),
    st.sampled_from([td3, td2]),
    LATIN,
    LATIN,
    st.sampled_from(["", "PASSPORT\n", "Passeport / Passport\n\n", "TYPE P CODE\n"]),
    st.sampled_from(["", "\nSignature", "\n\n"]),
)
def test_a_zone_is_read_alike_whatever_came_with_it(
    data: st.DataObject, zone: object, surname: str, given: str, above: str, below: str
) -> None:
    text = zone(f"{surname}<<{given}")  # type: ignore[operator]
    fields, problems = read(text, today=TODAY)

    assert (fields["surname_latin"], fields["given_names_latin"]) == (surname, given)
    assert [each.rule for each in problems if each.rule.startswith("check_digit")] == []
    for typed in (above + text + below, data.draw(disturbed(text)), text.translate(WIDE)):
        assert read(typed, today=TODAY) == (fields, problems), typed
