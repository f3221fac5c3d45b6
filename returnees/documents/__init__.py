"""Identity documents: the forms of their numbers, and their machine-readable zone."""

from houshayu.typed import normalise
from returnees.documents.kinds import DocumentType
from returnees.documents.mrz import InvalidMrz, Mrz, MrzProblem, parse, read
from returnees.documents.numbers import CheckedNumber, check, issued_for
from returnees.documents.refusals import InvalidDocumentNumber

__all__ = [
    "CheckedNumber",
    "DocumentType",
    "InvalidDocumentNumber",
    "InvalidMrz",
    "Mrz",
    "MrzProblem",
    "check",
    "issued_for",
    "normalise",
    "parse",
    "read",
]
