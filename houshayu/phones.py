"""Phone numbers, read as the world writes them (libphonenumber)."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from houshayu.typed import half_width, visible

HOME = "CN"


def phone_numbers(typed: str) -> tuple[str, ...]:
    """The ways to dial what somebody typed: in mainland China (13800001234), then from anywhere.

    +44 (0)20 7946 0958 is +442079460958: the zero in brackets is not dialled after the country
    code. A number that begins with neither + nor 00 is dialled in China alone. Empty for what is
    no number, is too short or too long for its country, or has an extension, which could not be
    dialled with it.
    """
    text = half_width(visible(typed))
    if any(character.isalpha() for character in text):
        return ()
    try:
        number = phonenumbers.parse(text, HOME)
    except NumberParseException:
        return ()
    if number.extension or not phonenumbers.is_possible_number(number):
        return ()
    abroad = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if number.country_code != phonenumbers.country_code_for_region(HOME):
        return (abroad,)
    # The area code of a landline is dialled with a zero, a mobile number without.
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    at_home = "".join(character for character in national if character.isdigit())
    return (at_home, abroad) if re.match(r"\W*(\+|00)", text) else (at_home,)
