"""The protected values of a case: who may read each in full, and how it is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Model, Q
from django.utils.translation import gettext

from houshayu.models import Reveal
from houshayu.privacy.fields import EncryptedTextField, masked, protected_fields
from houshayu.privacy.masking import NUMBER_IN_TEXT
from returnees.models import Case, IdentityDocument, Person

if TYPE_CHECKING:
    from houshayu.models import User

# Where the protected fields of a case stand: on itself, its person and its document.
RECORDS: dict[type[Model], Callable[[Case], Model]] = {
    Case: lambda case: case,
    Person: lambda case: case.person,
    IdentityDocument: lambda case: case.document,
}


@dataclass(frozen=True)
class Protected:
    """One protected field of a case, and its one way to be read in full."""

    field: EncryptedTextField
    record: Callable[[Case], Model]

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def is_phone(self) -> bool:
        """Read with one press, to call; a document number is read for a reason that is given."""
        return self.field.model is not IdentityDocument

    @property
    def permission(self) -> str:
        if self.is_phone:
            return "returnees.reveal_person"
        return "returnees.reveal_identitydocument"

    def masked(self, case: Case) -> str:
        return masked(self.record(case), self.name)

    def read(self, case: Case, *, by: User, now: datetime, reason: str = "") -> str:
        """The whole value; who read it, when and why stands recorded by then."""
        reason = reason or gettext("To phone, from the page of the case")
        return Reveal.objects.read(self.record(case), self.name, by=by, reason=reason, now=now)


PROTECTED = {
    name: Protected(field, record)
    for model, record in RECORDS.items()
    for name, field in protected_fields(model).items()
}
PHONES = {name: each for name, each in PROTECTED.items() if each.is_phone}


def dialled(text: str) -> str:
    """The first phone number in a text as a telephone takes it: +4420…; empty where none is."""
    found = NUMBER_IN_TEXT.search(text)
    return re.sub(r"[^\d+]", "", found[0]) if found else ""


def times_read(case: Case) -> dict[str, int]:
    """How often each protected field of the case was read in full so far; one query."""
    of_records = Q()
    for record in (of_case(case) for of_case in RECORDS.values()):
        of_records |= Q(subject=record._meta.model_name, subject_id=record.pk)
    counted = Reveal.objects.filter(of_records, field__in=PROTECTED)
    return dict(counted.order_by().values_list("field").annotate(times=Count("pk")))
