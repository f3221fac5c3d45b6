"""The machine-readable zone of passports (TD3) and cards (TD1, TD2): ICAO Doc 9303, 3 to 6."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from returnees.countries import ALPHA2, CODES, SYNONYMS
from returnees.documents.digits import icao_731, past_date
from returnees.documents.kinds import DocumentType
from returnees.documents.layouts import CODE, ISSUING_STATE, Span
from returnees.documents.mrz_lines import layout_of, lines_of
from returnees.documents.mrz_problems import InvalidMrz, MrzProblem
from returnees.documents.numbers import check
from returnees.documents.refusals import InvalidDocumentNumber
from returnees.documents.sizes import TD1, TD2, TD3

ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")


@dataclass(frozen=True, kw_only=True)
class Mrz:
    """A zone that is whole and sound.

    States are ISO 3166-1 alpha-3, or one of the codes that only Doc 9303 knows (UTO, XXA …).
    sex is M, F or X (unspecified). birth_date is None where birth_is_partial: the standard
    allows unknown months and days. expiry_on is None for a document without expiry.
    """

    kind: str
    document_code: str
    issuing_state: str
    number: str
    nationality: str
    birth_date: date | None
    birth_is_partial: bool
    sex: str
    expiry_on: date | None
    surname: str
    given_names: str
    optional: str

    def expired(self, on: date) -> bool:
        """Whether the document was no longer valid on that day; it is on the day it names."""
        return self.expiry_on is not None and self.expiry_on < on


def parse(text: str, *, today: date) -> Mrz:
    """The zone, typed, scanned or pasted: as lines, joined by |, or as one blob.

    Raises InvalidMrz with the first problem.
    """
    zone = _Zone(text)
    for problem in zone.problems(today):
        raise InvalidMrz(problem)
    layout = zone.layout
    surname, given_names = zone.names()
    return Mrz(
        kind=layout.kind,
        document_code=zone.text(CODE).rstrip("<"),
        issuing_state=_state(zone.text(ISSUING_STATE)),
        number=zone.text(layout.number).rstrip("<"),
        nationality=_state(zone.text(layout.nationality)),
        birth_date=_birth(zone.text(layout.birth), today),
        birth_is_partial="<" in zone.text(layout.birth),
        sex=SEXES[zone.text(layout.sex)],
        expiry_on=_expiry(zone.text(layout.expiry)),
        surname=surname,
        given_names=given_names,
        optional=" ".join(zone.text(*layout.optional).replace("<", " ").split()),
    )


def read(text: str, *, today: date) -> tuple[dict[str, str | date], list[MrzProblem]]:
    """What can be filled into the form, by field, and everything that does not fit.

    A line that is no part of the zone, such as the word PASSPORT above it, is passed over.
    Fields: document_type (passports only), document_number, document_expiry, nationality,
    birth_date, gender, surname_latin, given_names_latin. One that a problem spoils is left out;
    names are given even where their line has the wrong length, for a person to look at.
    """
    zone = _Zone(text)
    problems = list(zone.problems(today))
    if any(problem.rule in UNREADABLE for problem in problems):
        return {}, problems
    problems += zone.gaps(problems)
    spoilt = {field for problem in problems if problem.spoils for field in problem.fields}
    values = zone.values(today, but=spoilt)
    return {field: value for field, value in values.items() if value}, problems


SEXES = {"M": "M", "F": "F", "<": "X"}
# With these nothing in the zone stands where it is looked for.
UNREADABLE = frozenset({"document_code", "french_card"})


class _Zone:
    """The lines as they were given, on the layout they come closest to."""

    def __init__(self, text: str) -> None:
        self.given = lines_of(text)
        self.layout = layout_of(self.given)
        self.lines = [self._line(index) for index in range(len(self.layout.widths))]

    def _line(self, index: int) -> str | None:
        """The line in its full width; None if it is missing or can't be counted off."""
        width = self.layout.widths[index]
        if index >= len(self.given):
            return None
        line = self.given[index]
        if len(line) != width and index in self.layout.open_ended:
            line = line.rstrip("<").ljust(width, "<")
        return line if len(line) == width else None

    def text(self, *spans: Span) -> str:
        """The characters there; blank where the line can't be read."""
        lines = [line or "" for line in self.lines]
        return "".join(lines[span.line][span.start : span.end] for span in spans)

    def legible(self, *spans: Span) -> bool:
        """Whether the lines are there and the characters are ones a zone may hold."""
        width = sum(span.end - span.start for span in spans)
        return bool(re.fullmatch(rf"[A-Z0-9<]{{{width}}}", self.text(*spans)))

    def names(self) -> tuple[str, str]:
        """Surname and given names; a single name is the surname, wherever it stands."""
        parts = self.text(self.layout.names).partition("<<")
        surname, _separator, given = (" ".join(part.replace("<", " ").split()) for part in parts)
        return (surname, given) if surname else (given, "")

    def values(self, today: date, *, but: set[str]) -> dict[str, str | date | None]:
        """The legible form fields, without the spoilt ones."""
        layout, values = self.layout, dict[str, str | date | None]()
        if "document_number" not in but and self.legible(layout.number):
            number = self.text(layout.number).rstrip("<")
            values["document_number"] = number
            if layout is TD3:
                state = _state(self.text(ISSUING_STATE))
                values["document_type"] = _passport_type(state, number, today)
        if "nationality" not in but and self.legible(layout.nationality):
            values["nationality"] = _state(self.text(layout.nationality))
        if "birth_date" not in but and self.legible(layout.birth):
            values["birth_date"] = _birth(self.text(layout.birth), today)
        if "gender" not in but and self.legible(layout.sex):
            values["gender"] = SEXES[self.text(layout.sex)]
        if "document_expiry" not in but and self.legible(layout.expiry):
            values["document_expiry"] = _expiry(self.text(layout.expiry))
        if "surname_latin" not in but and self.legible(layout.names):
            values["surname_latin"], values["given_names_latin"] = self.names()
        return values

    def problems(self, today: date) -> Iterator[MrzProblem]:
        """What makes the zone unsound, from its shape over the check digits to the dates."""
        layout = self.layout
        yield from self._wrong_lengths()
        yield from self._wrong_characters()
        if self.lines[0] is not None and self.lines[0][0] not in layout.codes:
            yield MrzProblem("document_code", CODE)
            return
        if layout is TD2 and (self.lines[0] or "").startswith("IDFRA"):
            yield MrzProblem("french_card", CODE)
            return
        yield from self._wrong_check_digits()
        yield from self._wrong_values(today)

    def _wrong_lengths(self) -> Iterator[MrzProblem]:
        for index, width in enumerate(self.layout.widths):
            length = len(self.given[index]) if index < len(self.given) else 0
            if length != width:
                fields = self.layout.fields_at(Span(index, 0, width))
                yield MrzProblem("length", Span(index, 0, length), fields)
        if len(self.given) > len(self.layout.widths):
            surplus = len(self.layout.widths)
            yield MrzProblem("length", Span(surplus, 0, len(self.given[surplus])))

    def _wrong_characters(self) -> Iterator[MrzProblem]:
        for index, line in enumerate(self.lines):
            if wrong := [i for i, letter in enumerate(line or "") if letter not in ALPHABET]:
                span = Span(index, wrong[0], wrong[-1] + 1)
                yield MrzProblem("charset", span, self.layout.fields_at(span))

    def _wrong_check_digits(self) -> Iterator[MrzProblem]:
        layout = self.layout
        if layout is TD1 and self.text(layout.number_check) == "<":
            yield MrzProblem("long_number", layout.number, ("document_number",))
        else:
            yield from self._checked("number", (layout.number,), layout.number_check)
        yield from self._checked("birth", (layout.birth,), layout.birth_check)
        yield from self._checked("expiry", (layout.expiry,), layout.expiry_check)
        # Doc 9303 part 4: an empty optional field may have < for its check digit.
        digit = layout.optional_check
        if digit and set(self.text(*layout.optional, digit)) != {"<"}:
            yield from self._checked("optional", layout.optional, digit)
        yield from self._checked("composite", layout.composite, layout.composite_check)

    def _checked(self, name: str, fields: tuple[Span, ...], digit: Span) -> Iterator[MrzProblem]:
        if self.legible(*fields, digit) and icao_731(self.text(*fields)) != self.text(digit):
            spoilt = () if name == "composite" else self.layout.fields_at(fields[0])
            yield MrzProblem(f"check_digit_{name}", fields[0], spoilt)

    def _wrong_values(self, today: date) -> Iterator[MrzProblem]:
        layout = self.layout
        if self.legible(layout.birth):
            try:
                _birth(self.text(layout.birth), today)
            except ValueError:
                yield MrzProblem("birth_date", layout.birth, ("birth_date",))
        if self.legible(layout.sex) and self.text(layout.sex) not in SEXES:
            yield MrzProblem("sex", layout.sex, ("gender",))
        if self.legible(layout.expiry):
            try:
                _expiry(self.text(layout.expiry))
            except ValueError:
                yield MrzProblem("expiry_date", layout.expiry, ("document_expiry",))
        if self.legible(layout.names) and not re.fullmatch(
            r"<*[A-Z][A-Z<]*", self.text(layout.names)
        ):
            yield MrzProblem("name", layout.names, ("surname_latin", "given_names_latin"))

    def gaps(self, known: list[MrzProblem]) -> Iterator[MrzProblem]:
        """What is sound in the zone, but no answer to the form's question."""
        layout = self.layout
        spoilt = {field for problem in known for field in problem.fields}
        state = _state(self.text(layout.nationality))
        if "nationality" not in spoilt and state not in ALPHA2:
            rule = "nationality_special" if state in CODES else "nationality"
            yield MrzProblem(rule, layout.nationality, ("nationality",))
        if "birth_date" not in spoilt and "<" in self.text(layout.birth):
            yield MrzProblem("birth_date_partial", layout.birth, ("birth_date",))
        # Doc 9303 part 3: a name that needs more letters than there are is cut off at the last.
        if "surname_latin" not in spoilt and re.search("[A-Z]$", self.text(layout.names)):
            names = ("surname_latin", "given_names_latin")
            yield MrzProblem("name_cut_off", layout.names, names)


def _state(code: str) -> str:
    """The code without fillers; Germany is D<< in the zone and DEU everywhere else."""
    code = code.replace("<", "")
    return SYNONYMS.get(code, code)


def _birth(yymmdd: str, today: date) -> date | None:
    """The date; None where the year, month or day is unknown (<<).

    Raises ValueError for a date that doesn't exist.
    """
    if not re.fullmatch(r"(\d\d|<<){3}", yymmdd):
        raise ValueError(yymmdd)
    if "<" not in yymmdd:
        return past_date(yymmdd, today)
    month, day = yymmdd[2:4], yymmdd[4:6]
    # 2000 was a leap year: whatever month and day can go together do so in it.
    date(2000, 1 if month == "<<" else int(month), 1 if day == "<<" else int(day))
    return None


def _expiry(yymmdd: str) -> date | None:
    """The date, always of this century; None for a document without one.

    Raises ValueError for a date that doesn't exist.
    """
    if yymmdd == "<<<<<<":
        return None
    return date(2000 + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:6]))


def _passport_type(issuing_state: str, number: str, today: date) -> str:
    """A mainland passport by its number; those of Hong Kong and Macao are issued by CHN too."""
    try:
        if issuing_state == "CHN":
            check(DocumentType.PASSPORT_CHN, number, today=today)
            return DocumentType.PASSPORT_CHN
    except InvalidDocumentNumber:
        pass
    return DocumentType.PASSPORT
