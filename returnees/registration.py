"""Registering a person's return, correcting it, and finding who may be registered already."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.exceptions import Conflict
from houshayu.models import Place
from policy import RequestedMode
from returnees import alerting, arrivals, decisions, names, observing
from returnees.documents import normalise
from returnees.models import (
    CarePreference,
    Case,
    CoResident,
    Custody,
    Declaration,
    HealthDeclaration,
    IdentityDocument,
    Journey,
    ObservationRequest,
    Person,
    TransitPoint,
    VisitedPlace,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from houshayu.models import User

# Sent inside the transaction with case, by and now; moved when a correction names another home.
# transfers listens: somebody who lives in another sub-district is offered to it, and returnees
# must not know handoffs.
registered = Signal()
moved = Signal()


class AlreadyRegistered(Conflict):
    """This person has an open case; .case is it."""

    def __init__(self, case: Case) -> None:
        super().__init__(_("This person is already registered and the case is open."))
        self.case = case


@dataclass(kw_only=True)
class Registration:
    """Everything the registration form says, as unsaved rows that know nothing of one another."""

    person: Person
    document: IdentityDocument
    case: Case
    journey: Journey
    health: HealthDeclaration
    request: ObservationRequest
    declaration: Declaration
    care: CarePreference | None = None
    co_residents: list[CoResident] = field(default_factory=list)
    transits: list[TransitPoint] = field(default_factory=list)
    visited: list[VisitedPlace] = field(default_factory=list)


def register(registration: Registration, *, place: Place, by: User, now: datetime) -> Case:
    """Open the case in the hands of the place; the policy decides at once.

    A person whose document is known is the same person, with what was told now. Somebody who
    is in Beijing already has arrived, and their observation begins. Raises AlreadyRegistered.
    """
    with acting(by=by, now=now):
        person = _same_or_new_person(registration)
        if open_case := Case.objects.open().filter(person=person).first():
            raise AlreadyRegistered(open_case)
        case = registration.case
        values = {
            f.attname: getattr(case, f.attname)
            for f in Case._meta.concrete_fields
            if f.name not in {"id", "number", "person", "document", "policy"}
        }
        case = Case.objects.create_numbered(
            **values
            | {
                "person": person,
                "document": registration.document,
                "registered_by_id": by.pk,
                "opened_at": now,
                "arrived_at": None,
                "policy": decisions.version_for(case.expected_arrival_at),
            }
        )
        _save_sections(case, registration)
        Custody.objects.begin(case, place, at=now)
        observing.decide_again(case)
        if case.expected_arrival_at <= now:
            arrivals.arrive(case, at=case.expected_arrival_at, by=by, now=now)
        if registration.health.needs_alert:
            alerting.raise_for_declaration(case, now=now)
        registered.send(Case, case=case, by=by, now=now)
        return case


def _same_or_new_person(registration: Registration) -> Person:
    """The saved person and document; both end up in the registration too."""
    person, document = registration.person, registration.document
    document.document_number = normalise(document.document_number)
    document.person = person
    document.derive()
    with connection.cursor() as cursor:
        # Two people with the same new document in hand: the second waits, and finds the first's.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [document.number_index]
        )
    known = IdentityDocument.objects.same_as(document).select_for_update(of=("self",)).first()
    if known:
        person.pk = known.person_id
        document.pk = known.pk
    person.derive()
    person.save()
    document.person = person
    document.save()
    return person


def _save_sections(case: Case, registration: Registration) -> None:
    single: list[Any] = [
        registration.journey,
        registration.health,
        registration.request,
        registration.declaration,
    ]
    for section in [*single, *([registration.care] if registration.care else [])]:
        section.case = case
        section.save()
    for resident in registration.co_residents:
        resident.case = case
    CoResident.objects.bulk_create(registration.co_residents)
    rows: list[TransitPoint | VisitedPlace] = [*registration.transits, *registration.visited]
    for row in rows:
        row.journey = registration.journey
    TransitPoint.objects.bulk_create(registration.transits)
    VisitedPlace.objects.bulk_create(registration.visited)


# What a correction of the form may not touch: the case's own life.
KEPT = {
    "id", "number", "person", "document", "registered_by", "opened_at", "closed_at", "outcome",
    "outcome_note", "policy", "decision", "arrived_at", "travel_group",
}  # fmt: skip
KEPT_OF_REQUEST = {
    "id", "case", "applied_at", "assessment_result", "assessment_reason", "community_assessor",
    "health_assessor", "assessed_at", "assessed_by", "commitment_signed_at",
}  # fmt: skip


def amend(case: Case, registration: Registration, *, by: User, now: datetime, reason: str) -> None:
    """Correct what the form says; the old values stay in the history, with who and why.

    The policy decides again from the corrected facts: under the version of the case, or, before
    the person has arrived, under the one in force when they are expected. What is told of their
    health for the first time raises its alert, who asks to be at home only now applies now, and
    who was in Beijing earlier than told has arrived.
    """
    with acting(by=by, now=now, reason=reason):
        locked = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
        home_before = locked.community_id
        was_worrying, asked_before = locked.health.needs_alert, locked.request.requested_mode
        expected_before = locked.expected_arrival_at
        registration.document.document_number = normalise(registration.document.document_number)
        _correct(locked.person, registration.person, keep={"id"})
        _correct(locked.document, registration.document, keep={"id", "person"})
        _correct(locked, registration.case, keep=KEPT)
        _correct(locked.journey, registration.journey, keep={"id", "case"})
        _correct(locked.health, registration.health, keep={"id", "case"})
        _correct(locked.request, registration.request, keep=KEPT_OF_REQUEST)
        if locked.request.requested_mode == RequestedMode.HOME != asked_before:
            locked.request.applied_at = now
            locked.request.save(update_fields=["applied_at"])
        _correct(locked.declaration, registration.declaration, keep={"id", "case"})
        _replace(
            CarePreference.objects.filter(case=locked),
            [registration.care] if registration.care else [],
            case=locked,
        )
        _replace(locked.co_residents.all(), registration.co_residents, case=locked)
        _replace(locked.journey.transits.all(), registration.transits, journey=locked.journey)
        _replace(locked.journey.visited.all(), registration.visited, journey=locked.journey)
        locked = Case.objects.get(pk=locked.pk)
        if locked.arrived_at is None:
            locked.policy = decisions.version_for(locked.expected_arrival_at)
        observing.decide_again(locked)
        earlier = locked.expected_arrival_at < expected_before.replace(second=0, microsecond=0)
        if earlier and locked.expected_arrival_at <= now and locked.closed_at is None:
            arrivals.arrive(locked, at=locked.expected_arrival_at, by=by, now=now)
        if locked.health.needs_alert and not was_worrying and locked.closed_at is None:
            alerting.raise_for_declaration(locked, now=now)
        if locked.community_id != home_before and locked.closed_at is None:
            moved.send(Case, case=locked, by=by, now=now)
    case.refresh_from_db()


def _correct(row: models.Model, told: models.Model, *, keep: set[str]) -> None:
    """Take over what was told otherwise, and write that alone: the history shows nothing else."""
    fields = [f for f in row._meta.concrete_fields if not f.generated]
    before = {f.attname: getattr(row, f.attname) for f in fields}
    for each in fields:
        if each.name not in keep:
            setattr(row, each.attname, getattr(told, each.attname))
    if isinstance(row, Person | IdentityDocument):
        row.derive()
    if changed := [f.name for f in fields if getattr(row, f.attname) != before[f.attname]]:
        row.save(update_fields=changed)


def _replace(present: QuerySet[Any], rows: list[Any], **owner: models.Model) -> None:
    """Put the rows in the place of those that are there, unless they say the same."""
    for row in rows:
        row.pk = None
        for name, value in owner.items():
            setattr(row, name, value)
    told = [f.attname for f in present.model._meta.concrete_fields if not f.primary_key]
    if [[getattr(row, name) for name in told] for row in rows] != [
        list(values) for values in present.order_by("pk").values_list(*told)
    ]:
        present.delete()
        present.model._default_manager.bulk_create(rows)


def likely_duplicates(
    *, document_type: str, number: str, birth_date: date | None, name_zh: str, name_latin: str
) -> QuerySet[Case]:
    """Open cases that may be this person's: the same document, or born that day and so named.

    The caller narrows them to what the reader may see.
    """
    found = set(
        IdentityDocument.objects.with_number(document_type, normalise(number)).values_list(
            "person_id", flat=True
        )
        if number
        else ()
    )
    if birth_date:
        born_that_day = Person.objects.filter(
            birth_date=birth_date, cases__closed_at=None, cases__isnull=False
        )
        found |= {
            person.pk
            for person in born_that_day
            if (name_zh and person.name_zh == name_zh)
            or (name_latin and names.similar(person.name_latin, name_latin))
        }
    return Case.objects.open().filter(person__in=found)
