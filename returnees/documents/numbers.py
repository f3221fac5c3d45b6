"""Document numbers by type: form, check digit, and what the number itself says of its holder.

Sources: GB 11643-1999 and ISO 7064 (MOD 11-2), ICAO Doc 9303 (7-3-1), the National Immigration
Administration's rules for permanent resident cards of 2017 and 2023.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from houshayu.typed import normalise
from returnees.countries import ALPHA2, NUMERIC_TO_ALPHA3
from returnees.documents.digits import icao_731, mod_11_2, past_date
from returnees.documents.kinds import DocumentType
from returnees.documents.refusals import PROBLEMS, InvalidDocumentNumber

# The first two digits of an area code; county codes get abolished and reissued, provinces don't.
PROVINCES = frozenset(
    str(code)
    for first, last in [(11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65)]
    for code in range(first, last + 1)
)
RESIDENCE_PERMIT_AREAS = {"810000": "HKG", "820000": "MAC", "830000": "TWN"}
EARLIEST_BIRTH = date(1900, 1, 1)


@dataclass(frozen=True)
class CheckedNumber:
    """A number in its normal form, and what it says of its holder (None where it says nothing)."""

    number: str
    birth_date: date | None = None
    gender: str | None = None
    nationality: str | None = None
    needs_manual_check: bool = False


def _broken(rule: str) -> InvalidDocumentNumber:
    return InvalidDocumentNumber(rule, PROBLEMS[rule])


# Passports that China issues for a region; of the mainland's none begins so.
OF_REGIONS = {
    "HKG": re.compile(r"[HK](\d{8}|[A-Z]\d{7})"),
    "MAC": re.compile(r"M[A-Z]\d{7}"),
}


def issued_for(passport_number: str) -> str | None:
    """HKG or MAC for the passport of a region of China; None for any other number."""
    fitting = (region for region, form in OF_REGIONS.items() if form.fullmatch(passport_number))
    return next(fitting, None)


def _plain(number: str, _today: date) -> CheckedNumber:
    return CheckedNumber(number)


def _personal(number: str, nationality: str, today: date) -> CheckedNumber:
    """What the 18-character cards share: birth date, sequence (odd: male), and MOD 11-2."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise _broken("birth_date") from None
    if not EARLIEST_BIRTH <= born <= today:
        raise _broken("birth_date_range")
    if number[14:17] == "000":
        raise _broken("sequence")
    if mod_11_2(number[:17]) != number[17]:
        raise _broken("check_digit")
    return CheckedNumber(number, born, "M" if int(number[16]) % 2 else "F", nationality)


def _resident_id(number: str, today: date) -> CheckedNumber:
    if number[:2] not in PROVINCES:
        raise _broken("region")
    return _personal(number, "CHN", today)


def _hmt_residence_permit(number: str, today: date) -> CheckedNumber:
    if number[:6] not in RESIDENCE_PERMIT_AREAS:
        raise _broken("region")
    return _personal(number, RESIDENCE_PERMIT_AREAS[number[:6]], today)


def _permanent_resident_18(number: str, today: date) -> CheckedNumber:
    if number[1:3] not in PROVINCES:
        raise _broken("region")
    if number[3:6] not in NUMERIC_TO_ALPHA3:
        raise _broken("nationality")
    return _personal(number, NUMERIC_TO_ALPHA3[number[3:6]], today)


def _permanent_resident_15(number: str, today: date) -> CheckedNumber:
    if number[:3] not in ALPHA2:
        raise _broken("nationality")
    if number[3:5] not in PROVINCES:
        raise _broken("region")
    try:
        born = past_date(number[7:13], today)
    except ValueError:
        raise _broken("birth_date") from None
    if icao_731(number[:14]) != number[14]:
        raise _broken("check_digit")
    return CheckedNumber(number, born, nationality=number[:3])


def _taiwan_travel_permit(number: str, _today: date) -> CheckedNumber:
    old_booklet = len(number) > 8
    return CheckedNumber(number, needs_manual_check=old_booklet)


@dataclass(frozen=True)
class NumberForm:
    """How the numbers of one type look, said as a pattern and to a person, and how to read one."""

    pattern: str
    sentence: Promise
    read: Callable[[str, date], CheckedNumber] = _plain


FORMS: dict[str, NumberForm] = {
    DocumentType.PASSPORT: NumberForm(
        r"(?=.*\d)[A-Z0-9]{5,9}",
        _("A passport number has 5 to 9 letters and digits, at least one of them a digit."),
    ),
    DocumentType.PASSPORT_CHN: NumberForm(
        r"E\d{8}|E[A-HJ-NP-Z]\d{7}|G\d{8}|[DSP]E\d{7}|[DSP]\d{7,8}",
        _("A Chinese passport number begins with E, G, D, S or P, as in E12345678 or EA1234567."),
    ),
    DocumentType.RESIDENT_ID: NumberForm(
        r"\d{17}[\dX]",
        _(
            "A resident identity card number has 17 digits and a last character that is a digit "
            "or X; numbers of 15 digits ended in 2013."
        ),
        _resident_id,
    ),
    DocumentType.PRC_PERMANENT_RESIDENT_15: NumberForm(
        r"[A-Z]{3}\d{12}",
        _("The number of this permanent resident card has 3 letters and 12 digits."),
        _permanent_resident_15,
    ),
    DocumentType.PRC_PERMANENT_RESIDENT_18: NumberForm(
        r"9\d{16}[\dX]",
        _("The number of this permanent resident card has 18 characters and begins with 9."),
        _permanent_resident_18,
    ),
    DocumentType.HK_MACAO_TRAVEL_PERMIT: NumberForm(
        r"[HM]\d{8}(\d{2})?",
        _(
            "The number of this travel permit is H or M followed by 8 digits, "
            "or by 10 with the renewal count."
        ),
    ),
    DocumentType.TAIWAN_TRAVEL_PERMIT: NumberForm(
        r"\d{8}|\d{10}(\([A-Z0-9]\))?",
        _("The number of this travel permit has 8 digits, or 10 on old booklets."),
        _taiwan_travel_permit,
    ),
    DocumentType.HMT_RESIDENCE_PERMIT: NumberForm(
        r"\d{17}[\dX]",
        _(
            "A residence permit number has 17 digits and a last character that is a digit or X; "
            "it begins with 810000, 820000 or 830000."
        ),
        _hmt_residence_permit,
    ),
    DocumentType.EXIT_ENTRY_PERMIT_HK_MACAO: NumberForm(
        r"C\d{8}|C[A-HJ-NP-Z]\d{7}",
        _("The number of this permit begins with C, as in C12345678 or CA1234567."),
    ),
    DocumentType.PRC_TRAVEL_DOCUMENT: NumberForm(
        r"[A-Z0-9]{5,12}", _("A travel document number has 5 to 12 letters and digits.")
    ),
    DocumentType.OTHER: NumberForm(r".{3,20}", _("A document number has 3 to 20 characters.")),
}


def check(
    document_type: str,
    text: str,
    *,
    today: date,
    birth_date: date | None = None,
    gender: str | None = None,
) -> CheckedNumber:
    """The number in its normal form, with what it says of its holder.

    birth_date and gender are compared with the number where they are known and it encodes them;
    an unspecified gender (X) contradicts nothing.

    Raises InvalidDocumentNumber with the first rule that fails, and with the other types of
    document that would take the number.
    """
    number = normalise(text)
    try:
        checked = _read(document_type, number, today)
    except InvalidDocumentNumber as invalid:
        others = _types_taking(number, today)
        raise InvalidDocumentNumber(invalid.rule, invalid.problem, others) from None
    if birth_date and checked.birth_date not in (None, birth_date):
        raise _broken("birth_date_mismatch")
    if gender in ("M", "F") and checked.gender not in (None, gender):
        raise _broken("gender_mismatch")
    return checked


def _read(document_type: str, number: str, today: date) -> CheckedNumber:
    form = FORMS[document_type]
    if not re.fullmatch(form.pattern, number, re.ASCII):
        raise InvalidDocumentNumber("format", form.sentence)
    return form.read(number, today)


def _takes(document_type: DocumentType, number: str, today: date) -> bool:
    try:
        _read(document_type, number, today)
    except InvalidDocumentNumber:
        return False
    return True


def _types_taking(number: str, today: date) -> tuple[DocumentType, ...]:
    """The types that take this number, those with the most specific form first.

    Travel documents take nearly anything, so they are named only when nothing else fits.
    """
    open_forms = (DocumentType.PASSPORT, DocumentType.PRC_TRAVEL_DOCUMENT, DocumentType.OTHER)
    specific = [each for each in DocumentType if each not in open_forms]
    taking = tuple(t for t in (*specific, DocumentType.PASSPORT) if _takes(t, number, today))
    if not taking and _takes(DocumentType.PRC_TRAVEL_DOCUMENT, number, today):
        return (DocumentType.PRC_TRAVEL_DOCUMENT,)
    return taking
