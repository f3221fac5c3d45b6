"""What a screen shows of a number or a name, and what it never shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from houshayu.privacy.masking import (
    mask_document,
    mask_name,
    mask_phone,
    mask_phones_in_text,
)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("11010519491231002X", "1***************2X"),
        ("L898902C3", "L8*****C3"),
        ("CAN110081080310", "CA***********10"),
        ("01234567", "01****67"),
        ("AB123", "A***3"),
        ("123", "***"),
        ("", ""),
    ],
)
def test_a_document_number_shows_its_ends(number, masked):
    assert mask_document(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [("13912345678", "139******78"), ("+8201012345678", "+82*********78"), ("", "")],
)
def test_a_phone_shows_its_first_three_and_last_two(number, masked):
    assert mask_phone(number) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王**"),
        ("王明", "王*"),
        ("ERIKSSON ANNA", "E*** A***"),
        ("Élodie", "É***"),
        ("김민수", "김***"),
        ("", ""),
    ],
)
def test_a_name_shows_its_first_character_or_its_initials(name, masked):
    assert mask_name(name) == masked


@given(st.text("0123456789ABCX", max_size=20))
def test_no_mask_shows_more_than_half_of_a_number(number):
    for masked in (mask_document(number), mask_phone(number)):
        assert len(masked) == len(number)
        assert masked.count("*") >= len(number) / 2


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("王先生 139 1234 5678", "王先生 139********78"),
        ("Agent (010) 8048-1234, flat 1201", "Agent (010*********34, flat 1201"),
        ("Li: +49 151 23456789, or 13812345678", "Li: +49***********89, or 138******78"),
        ("flat 1201, after 18:30", "flat 1201, after 18:30"),
        ("", ""),
    ],
)
def test_a_text_shows_the_phones_in_it_masked(text, masked):
    assert mask_phones_in_text(text) == masked
