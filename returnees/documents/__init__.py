"""Identity documents: the forms of their numbers, and their machine-readable zone."""

from returnees.documents.mrz import InvalidMrz, Mrz, MrzProblem, parse, read
from returnees.documents.numbers import (
    CheckedNumber,
    DocumentType,
    InvalidDocumentNumber,
    check,
    normalise,
)

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
