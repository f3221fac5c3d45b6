"""Which fields of the registration form matter only with a certain answer elsewhere.

The page shows such a field once that answer is given, and always where it is filled in or marked;
without a script it shows them all. What must be answered is decided by the forms, not here.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django import forms

from policy import Purpose, RequestedMode, ResidenceKind
from returnees.documents import DocumentType
from returnees.forms.between import NAMED_IN_CHINESE
from returnees.forms.health import HealthForm
from returnees.models import BEIJING_PORTS, Gender, TransportMode

TICKED, YES = "on", "yes"


@dataclass(frozen=True)
class Matters:
    """When a field does, by what stands in another one.

    beside: the other one's name on the page. only: with one of these answers. unless: with every
    answer but these, and before there is one. since: with a day of this year or a later one. With
    none of the three: with any answer.
    """

    beside: str
    only: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    since: int = 0


HOME = Matters("request-requested_mode", only=(RequestedMode.HOME,))
ELSEWHERE = Matters("journey-entry_port", unless=BEIJING_PORTS)
NOT_WELL = Matters("health-none_of_these", unless=(TICKED,))
SIGNED_BY_ANOTHER = Matters("declaration-signed_by")
# The lists of rows stand here by their own names.
RULES: dict[str, tuple[Matters, ...]] = {
    "document-document_note": (Matters("document-document_type", only=(DocumentType.OTHER,)),),
    "document-visa_type": (
        Matters("person-person_category", unless=tuple(sorted(NAMED_IN_CHINESE))),
    ),
    "dwelling-landlord_or_agent": (
        Matters("dwelling-residence_kind", only=(ResidenceKind.RENTED,)),
    ),
    "journey-departure_offset": (Matters("journey-departure_time"),),
    "journey-flight_number": (Matters("journey-transport_mode", only=(TransportMode.AIR,)),),
    "journey-train_number": (Matters("journey-transport_mode", only=(TransportMode.RAIL,)),),
    "journey-seat_number": (
        Matters("journey-transport_mode", only=(TransportMode.AIR, TransportMode.RAIL)),
    ),
    "journey-days_observed_elsewhere": (ELSEWHERE,),
    "journey-observed_elsewhere_until": (ELSEWHERE,),
    "journey-nat_negative_elsewhere": (ELSEWHERE,),
    "journey-onward_destination": (Matters("journey-purpose", only=(Purpose.TRANSIT,)),),
    "visited": (Matters("arrival-only_there", unless=(TICKED,)),),
    **{f"health-{name}": (NOT_WELL,) for name in HealthForm.ILL},
    "health-symptom_onset": (Matters("health-symptoms"),),
    "health-chronic_conditions_note": (Matters("health-chronic_conditions"),),
    "health-pregnant": (NOT_WELL, Matters("person-gender", unless=(Gender.MALE,))),
    "health-pregnant_weeks": (Matters("health-pregnant"),),
    "health-regular_medicine_days": (Matters("health-regular_medicine"),),
    **{
        f"health-{follow_up}": (Matters(f"health-{answer}", only=(YES,)),)
        for answer, follow_up in HealthForm.FOLLOW_UPS.items()
    },
    "request-exception_grounds": (HOME,),
    "request-caregiver_name": (HOME,),
    "request-separate_room": (HOME,),
    "request-separate_bathroom": (HOME,),
    "declaration-signed_relation": (SIGNED_BY_ANOTHER,),
    "office-interpreter": (Matters("person-needs_interpreter", only=(YES,)),),
}


def _in_json(rules: tuple[Matters, ...]) -> str:
    return json.dumps([asdict(rule) for rule in rules])


def of_rows(name: str) -> str:
    """The rules of a list of rows, as the page's script reads them; "" for one without any."""
    return _in_json(RULES[name]) if name in RULES else ""


def mark(form: forms.BaseForm, *, today: date) -> None:
    """The boxes of the form say when they matter, for the page's script."""
    # Nobody born in an earlier year is under 18 today.
    minor = (Matters("person-birth_date", since=today.year - 18),)
    rules = RULES | {"person-guardian_name": minor, "person-guardian_phone": minor}
    for name, field in form.fields.items():
        if own := rules.get(form.add_prefix(name)):
            field.widget.attrs["data-matters"] = _in_json(own)
        initial: Any = field.initial
        if isinstance(field, forms.ChoiceField) and isinstance(initial, str):
            # What stands there before somebody answers is no answer.
            field.widget.attrs["data-default"] = initial
