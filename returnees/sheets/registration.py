"""The registration form as it was filled in: sections A to G and the office part.

This says where a field stands on the sheet. What it is called, and which words its values have,
only its model says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from houshayu.bilingual import Both, both
from returnees.models import (
    CarePreference,
    Case,
    Declaration,
    HealthDeclaration,
    IdentityDocument,
    Journey,
    ObservationRequest,
    Person,
)
from returnees.sheets.words import COLUMNS, Cell, label, said

NOTHING = "—"
RECORDS: dict[str, type[models.Model]] = {
    "case": Case,
    "person": Person,
    "document": IdentityDocument,
    "journey": Journey,
    "health": HealthDeclaration,
    "request": ObservationRequest,
    "care": CarePreference,
    "declaration": Declaration,
}
Records: TypeAlias = Mapping[str, models.Model | None]


class Repeated(NamedTuple):
    """What the form asks for more than once: a table, one row for each."""

    record: str
    relation: str
    fields: str


class Part(NamedTuple):
    """A section of the form and where its fields stand.

    A line of rows is a row of the sheet, whose width its fields share equally; a field of
    another record than the part's own is named with it.
    """

    record: str
    letter: str
    title: Promise
    rows: str
    tables: tuple[Repeated, ...] = ()


FORM = (
    Part(
        "person",
        "A",
        _("Person"),
        """
        person_category name_zh surname_latin given_names_latin
        gender birth_date nationality preferred_language
        document.document_type document.masked_number document.document_expiry document.visa_type
        document.document_note occupation employer_or_school
        needs_interpreter guardian_name guardian_phone
        """,
    ),
    Part(
        "case",
        "B",
        _("Contact and dwelling"),
        """
        person.phone_cn person.phone_intl person.wechat_id person.email
        community compound building unit room residence_kind
        landlord_or_agent address_abroad
        emergency_contact_name emergency_contact_phone emergency_contact_relation
        """,
        (Repeated("case", "co_residents", "name relation age back_from_abroad"),),
    ),
    Part(
        "journey",
        "C",
        _("Journey"),
        """
        departure_country departure_city departure_time transport_mode
        flight_number train_number seat_number entry_date
        entry_port case.expected_arrival_at purpose onward_destination
        days_observed_elsewhere observed_elsewhere_until nat_negative_elsewhere pickup
        case.travel_group
        """,
        (
            Repeated("journey", "transits", "country city arrived_at departed_at carrier"),
            Repeated("journey", "visited", "country city from_on until_on"),
        ),
    ),
    Part(
        "health",
        "D",
        _("Health declaration"),
        """
        temperature temperature_method symptom_onset
        symptoms
        medicine_72h medicine_72h_text contact_case contact_case_on
        contact_fever community_case cluster
        tested_positive tested_positive_on medical_visit_14d medical_visit_14d_text
        chronic_conditions chronic_conditions_note
        pregnant pregnant_weeks regular_medicine regular_medicine_days
        """,
    ),
    Part(
        "request",
        "E",
        _("Observation request"),
        """
        requested_mode applied_at exception_grounds
        caregiver_name separate_room separate_bathroom commitment_signed_at
        assessment_result assessment_reason assessed_at
        community_assessor health_assessor
        """,
    ),
    Part(
        "care",
        "F",
        _("Personal needs (voluntary)"),
        """
        diet allergy customs customs_note
        pets infant_supplies accessibility
        smoking network_and_desk psychological_support consular_contact
        """,
    ),
    Part(
        "declaration",
        "G",
        _("Declaration"),
        """
        truth_declaration
        sensitive_consent privacy_notice_read
        privacy_notice_version privacy_notice_language privacy_notice_read_at
        signed_by signed_relation signed_at
        """,
    ),
    Part(
        "case",
        "",
        _("For office use"),
        """
        intake_channel registered_by badge_number interpreter
        opened_at arrived_at policy
        """,
    ),
)


@dataclass(frozen=True)
class Table:
    title: Both
    heads: list[Both]
    rows: list[list[Both]]


@dataclass(frozen=True)
class Section:
    letter: str
    title: Both
    rows: list[list[Cell]]
    tables: list[Table]


def sections(case: Case, second: str) -> list[Section]:
    """The whole registration form, A to G and the office part, as it was filled in."""
    records = {name: getattr(case, name, None) for name in RECORDS} | {"case": case}
    return [
        Section(
            part.letter,
            both(part.title, second),
            [_row(records, part, line.split(), second) for line in part.rows.strip().splitlines()],
            [_table(records, repeated, second) for repeated in part.tables],
        )
        for part in FORM
    ]


def _row(records: Records, part: Part, paths: list[str], second: str) -> list[Cell]:
    row = []
    for path in paths:
        record, _dot, name = path.rpartition(".")
        record = record or part.record
        words = both(partial(label, RECORDS[record], name), second)
        value = both(partial(_value, records[record], name), second)
        row.append(Cell(words, value, COLUMNS // len(paths)))
    return row


def _table(records: Records, repeated: Repeated, second: str) -> Table:
    field: Any = RECORDS[repeated.record]._meta.get_field(repeated.relation)
    model, names = field.related_model, repeated.fields.split()
    record = records[repeated.record]
    rows = getattr(record, repeated.relation).all() if record else []
    return Table(
        both(partial(capfirst, model._meta.verbose_name), second),
        [both(partial(label, model, name), second) for name in names],
        [[both(partial(said, row, name), second) for name in names] for row in rows],
    )


def _value(record: models.Model | None, name: str) -> str:
    """What was filled in; a dash where nothing was."""
    if isinstance(record, Case) and name == "travel_group":
        return ", ".join(record.companions) or NOTHING  # type: ignore[attr-defined]
    return (record and said(record, name)) or NOTHING
