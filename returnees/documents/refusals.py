"""Why a document number is refused, in a sentence."""

from __future__ import annotations

from django.utils.functional import Promise, lazystr
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from returnees.documents.kinds import DocumentType


class InvalidDocumentNumber(ValueError):
    """The number can't be one of this type, or belongs to somebody else.

    rule: format, region, nationality, birth_date, birth_date_range, sequence or check_digit;
    birth_date_mismatch or gender_mismatch where it contradicts what is known of the holder.
    """

    def __init__(
        self, rule: str, problem: Promise, other_types: tuple[DocumentType, ...] = ()
    ) -> None:
        super().__init__(rule, problem, other_types)
        self.rule = rule
        self.problem = problem
        self.other_types = other_types

    def __str__(self) -> str:
        if not self.other_types:
            return str(self.problem)
        return gettext("%(problem)s It would be valid as: %(types)s.") % {
            "problem": self.problem,
            "types": " / ".join(str(other.label) for other in self.other_types),
        }

    @property
    def message(self) -> Promise:
        """The same sentence, put in words only when it is shown, in the language of that moment."""
        return lazystr(self)


PROBLEMS: dict[str, Promise] = {
    "region": _("The digits for the region are not used on this type of document."),
    "nationality": _("The country or region code in the number does not exist."),
    "birth_date": _("The date of birth in the number is not a real date."),
    "birth_date_range": _("The date of birth in the number is before 1900 or in the future."),
    "sequence": _("The sequence digits of the number must not be 000."),
    "check_digit": _("The check digit does not match: please compare every character again."),
    "birth_date_mismatch": _("The date of birth in the number differs from the one entered."),
    "gender_mismatch": _("The sex in the number differs from the one entered."),
}
