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


TD3 = Layout(
    kind="td3",
    widths=(44, 44),
    codes="P",
    open_ended=frozenset({0}),
    names=Span(0, 5, 44),
    number=Span(1, 0, 9),
    number_check=Span(1, 9, 10),
    nationality=Span(1, 10, 13),
    birth=Span(1, 13, 19),
    birth_check=Span(1, 19, 20),
    sex=Span(1, 20, 21),
    expiry=Span(1, 21, 27),
    expiry_check=Span(1, 27, 28),
    optional=(Span(1, 28, 42),),
    optional_check=Span(1, 42, 43),
    composite=(Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, 43)),
    composite_check=Span(1, 43, 44),
)
TD2 = Layout(
    kind="td2",
    widths=(36, 36),
    codes="ACIP",
    open_ended=frozenset({0}),
    names=Span(0, 5, 36),
    number=Span(1, 0, 9),
    number_check=Span(1, 9, 10),
    nationality=Span(1, 10, 13),
    birth=Span(1, 13, 19),
    birth_check=Span(1, 19, 20),
    sex=Span(1, 20, 21),
    expiry=Span(1, 21, 27),
    expiry_check=Span(1, 27, 28),
    optional=(Span(1, 28, 35),),
    optional_check=None,
    composite=(Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, 35)),
    composite_check=Span(1, 35, 36),
)
TD1 = Layout(
    kind="td1",
    widths=(30, 30, 30),
    codes="ACI",
    open_ended=frozenset({0, 2}),
    number=Span(0, 5, 14),
    number_check=Span(0, 14, 15),
    birth=Span(1, 0, 6),
    birth_check=Span(1, 6, 7),
    sex=Span(1, 7, 8),
    expiry=Span(1, 8, 14),
    expiry_check=Span(1, 14, 15),
    nationality=Span(1, 15, 18),
    optional=(Span(0, 15, 30), Span(1, 18, 29)),
    optional_check=None,
    composite=(Span(0, 5, 30), Span(1, 0, 7), Span(1, 8, 15), Span(1, 18, 29)),
    composite_check=Span(1, 29, 30),
    names=Span(2, 0, 30),
)
