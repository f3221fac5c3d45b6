"""What can be wrong with a machine-readable zone."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from returnees.documents.layouts import Span

MESSAGES: dict[str, Promise] = {
    "length": _(
        "A passport has two lines of 44 characters, a card three lines of 30 or two lines of 36."
    ),
    "charset": _("These lines can contain only the letters A to Z, digits and <."),
    "document_code": _("The first line does not begin as on a passport or a card."),
    "french_card": _("The lines of this older French card follow no standard: enter it by hand."),
    "long_number": _("This document number is longer than its field: please enter it by hand."),
    "check_digit_number": _("The check digit of the document number does not match."),
    "check_digit_birth": _("The check digit of the date of birth does not match."),
    "check_digit_expiry": _("The check digit of the expiry date does not match."),
    "check_digit_optional": _("The check digit of the optional data does not match."),
    "check_digit_composite": _("The check digit of the whole zone does not match."),
    "birth_date": _("The date of birth is not a real date."),
    "birth_date_partial": _(
        "The document does not show the full date of birth: please ask the person."
    ),
    "expiry_date": _("The expiry date is not a real date."),
    "sex": _("The sex must be M, F or <."),
    "name": _("A name can contain only letters."),
    "name_cut_off": _("The name fills its field and may be cut off: compare it with the document."),
    "nationality": _("This country code is not in the list: please choose by hand."),
    "nationality_special": _("This code names no country: please compare it with the document."),
}


@dataclass(frozen=True)
class MrzProblem:
    """One thing that does not fit: its rule, where it stands, and the form fields it is about."""

    rule: str
    span: Span
    fields: tuple[str, ...] = ()

    @property
    def message(self) -> Promise:
        return MESSAGES[self.rule]

    @property
    def spoils(self) -> bool:
        """Whether the fields are better left empty than filled, for a person to look at."""
        return self.rule not in {"length", "name_cut_off", "nationality_special"}


class InvalidMrz(ValueError):
    """The zone is not sound; its first problem says why."""

    def __init__(self, problem: MrzProblem) -> None:
        super().__init__(problem)
        self.rule = problem.rule
        self.message = problem.message
        self.line = problem.span.line
        self.span = problem.span

    def __str__(self) -> str:
        return str(self.message)
