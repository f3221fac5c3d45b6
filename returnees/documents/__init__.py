"""Identity documents: the forms of their numbers, and their machine-readable zone."""

from returnees.documents.digits import normalise
from returnees.documents.kinds import DocumentType
from returnees.documents.mrz import InvalidMrz, Mrz, MrzProblem, parse, read
from returnees.documents.numbers import CheckedNumber, check
from returnees.documents.refusals import InvalidDocumentNumber

__all__ = [
    "CheckedNumber",
    "DocumentType",
    "InvalidDocumentNumber",
    "InvalidMrz",
    "Mrz",
    "MrzProblem",
    "check",
    "normalise",
    "parse",
    "read",
]
