"""Where the fields of a machine-readable zone stand: passports (TD3), cards (TD1 and TD2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """A field's place: the line, counted from 0, and its characters as a slice counts them."""

    line: int
    start: int
    end: int


CODE = Span(0, 0, 2)
ISSUING_STATE = Span(0, 2, 5)


@dataclass(frozen=True)
class Layout:
    """Where the fields of one size of document stand."""

    kind: str
    widths: tuple[int, ...]
    codes: str
    # Lines that end in fillers which a person typing them may miscount without harm.
    open_ended: frozenset[int]
    number: Span
    number_check: Span
    nationality: Span
    birth: Span
    birth_check: Span
    sex: Span
    expiry: Span
    expiry_check: Span
    optional: tuple[Span, ...]
    optional_check: Span | None
    composite: tuple[Span, ...]
    composite_check: Span
    names: Span

    def fields_at(self, span: Span) -> tuple[str, ...]:
        """The form fields that are filled from any of these characters."""
        sources = {
            "document_number": (self.number, self.number_check),
            "nationality": (self.nationality,),
            "birth_date": (self.birth, self.birth_check),
            "gender": (self.sex,),
            "document_expiry": (self.expiry, self.expiry_check),
            "surname_latin": (self.names,),
            "given_names_latin": (self.names,),
        }
        return tuple(
            field
            for field, places in sources.items()
            if any(
                p.line == span.line and p.start < span.end and span.start < p.end for p in places
            )
        )
