"""Registering a person's return, correcting it, and finding who may be registered already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
from returnees import alerting, arrival_time, arrivals, decisions, names, observing
from returnees.documents import normalise
from returnees.models import (
    Alert,
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
    """Everything the registration form says, as unsaved rows that know nothing of one another.

    asked: by model, the columns that the form asks for. Of a row that is stored already no other
    is written, whatever the unsaved one holds.
    """

    asked: Mapping[type[models.Model], Collection[str]]
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

    A person whose document is known is the same person, with what was answered now. Somebody who
    is in Beijing already has arrived, and their observation begins. Raises AlreadyRegistered.
    """
    with acting(by=by, now=now):
        document = _known_or_new_document(registration)
        answers = registration.case
        case = Case.objects.create_numbered(
            **{name: getattr(answers, name) for name in registration.asked[Case]},
            travel_group=answers.travel_group,
            person=document.person,
            document=document,
            registered_by_id=by.pk,
            opened_at=now,
            policy=decisions.version_for(answers.expected_arrival_at),
        )
        _create_sections(case, registration)
        Custody.objects.begin(case, place, at=now)
        observing.decide_again(case)
        if case.expected_arrival_at <= now:
            arrivals.arrive(case, by=by, now=now, sure=True)
        if registration.health.needs_alert:
            alerting.raise_for_declaration(case, now=now)
        registered.send(Case, case=case, by=by, now=now)
        return case


def _known_or_new_document(registration: Registration) -> IdentityDocument:
    """The stored document of the stored person, both saying what the form says.

    Raises AlreadyRegistered if the person has an open case.
    """
    person, document = registration.person, registration.document
    document.document_number = normalise(document.document_number)
    document.person = person
    document.derive()
    with connection.cursor() as cursor:
        # Two people with the same new document in hand: the second waits, and finds the first's.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [document.number_index]
        )
    same = IdentityDocument.objects.same_as(document).select_related("person")
    if known := same.select_for_update(of=("self", "person")).first():
        if open_case := Case.objects.open().filter(person=known.person).first():
            raise AlreadyRegistered(open_case)
        _correct(known.person, person, registration.asked)
        _correct(known, document, registration.asked)
        return known
    person.derive()
    person.save(force_insert=True)
    document.person = person
    document.save(force_insert=True)
    return document


def _create_sections(case: Case, registration: Registration) -> None:
    single: list[Any] = [
        registration.journey,
        registration.health,
        registration.request,
        registration.declaration,
    ]
    for section in [*single, *([registration.care] if registration.care else [])]:
        section.case = case
        section.save(force_insert=True)
    for resident in registration.co_residents:
        resident.case = case
    CoResident.objects.bulk_create(registration.co_residents)
    rows: list[TransitPoint | VisitedPlace] = [*registration.transits, *registration.visited]
    for row in rows:
        row.journey = registration.journey
    TransitPoint.objects.bulk_create(registration.transits)
    VisitedPlace.objects.bulk_create(registration.visited)


def amend(case: Case, registration: Registration, *, by: User, now: datetime, reason: str) -> None:
    """Correct what the form says; the old values stay in the history, with who and why.

    The policy decides again from the corrected facts: under the version of the case, or, before the
    person has arrived, under the one in force when they are expected. What they declare of their
    health for the first time raises its alert, and what was a slip withdraws it. A person who asks
    to be at home only now applies now, and one who was in Beijing earlier than stated has arrived.
    Raises ArrivalRefused where the person can't have arrived when they did.
    """
    with acting(by=by, now=now, reason=reason):
        locked = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
        home_before = locked.community_id
        _check_arrival_stays(locked, registration)
        was_worrying, asked_before = locked.health.needs_alert, locked.request.requested_mode
        expected_before = locked.expected_arrival_at
        registration.document.document_number = normalise(registration.document.document_number)
        for stored, answers in [
            (locked.person, registration.person),
            (locked.document, registration.document),
            (locked, registration.case),
            (locked.journey, registration.journey),
            (locked.health, registration.health),
            (locked.request, registration.request),
            (locked.declaration, registration.declaration),
        ]:
            _correct(stored, answers, registration.asked)
        if locked.request.requested_mode == RequestedMode.HOME != asked_before:
            locked.request.applied_at = now
            locked.request.save(update_fields=["applied_at"])
        _correct_care(locked, registration)
        asked, journey = registration.asked, locked.journey
        _replace(locked.co_residents.all(), registration.co_residents, asked, case=locked)
        _replace(journey.transits.all(), registration.transits, asked, journey=journey)
        _replace(journey.visited.all(), registration.visited, asked, journey=journey)
        locked = Case.objects.get(pk=locked.pk)
        if locked.arrived_at is None:
            locked.policy = decisions.version_for(locked.expected_arrival_at)
        observing.decide_again(locked)
        earlier = locked.expected_arrival_at < expected_before.replace(second=0, microsecond=0)
        if earlier and locked.expected_arrival_at <= now and locked.closed_at is None:
            arrivals.arrive(locked, by=by, now=now, sure=True)
        if locked.health.needs_alert and not was_worrying and locked.closed_at is None:
            alerting.raise_for_declaration(locked, now=now)
        if was_worrying and not locked.health.needs_alert:
            declared = Alert.objects.filter(declaration=locked.health)
            alerting.withdraw(declared, by=by, now=now)
        if locked.community_id != home_before and locked.closed_at is None:
            moved.send(Case, case=locked, by=by, now=now)
    case.refresh_from_db()


def _check_arrival_stays(case: Case, registration: Registration) -> None:
    """When the person arrived fits the journey that the form has now."""
    if case.arrived_at:
        way = arrivals.way_of(registration.case, registration.journey, registration.transits)
        found = arrival_time.doubts(case.arrived_at, way, now=case.arrived_at)
        arrivals.refuse_outside(found, way)


def _correct(
    stored: models.Model,
    answers: models.Model,
    asked: Mapping[type[models.Model], Collection[str]],
) -> None:
    """Take over what was answered otherwise, and write that alone: the history shows no more."""
    derived = stored.DERIVED if isinstance(stored, Person | IdentityDocument) else frozenset()
    before = {name: getattr(stored, name) for name in {*asked[type(stored)], *derived}}
    for name in asked[type(stored)]:
        setattr(stored, name, getattr(answers, name))
    if isinstance(stored, Person | IdentityDocument):
        stored.derive()
    if changed := [name for name, value in before.items() if getattr(stored, name) != value]:
        stored.save(update_fields=changed)


def _correct_care(case: Case, registration: Registration) -> None:
    """The needs are those of the form; where it has none, none are kept."""
    stored, answers = CarePreference.objects.filter(case=case).first(), registration.care
    if stored and answers:
        _correct(stored, answers, registration.asked)
    elif stored:
        stored.delete()
    elif answers:
        answers.case = case
        answers.save(force_insert=True)


def _replace(
    present: QuerySet[Any],
    rows: list[Any],
    asked: Mapping[type[models.Model], Collection[str]],
    **owner: models.Model,
) -> None:
    """Put the rows in the place of those that are there, unless they say the same."""
    names = sorted(asked[present.model])
    if [tuple(getattr(row, name) for name in names) for row in rows] != list(
        present.order_by("pk").values_list(*names)
    ):
        present.delete()
        for row in rows:
            row.pk = None
            for name, value in owner.items():
                setattr(row, name, value)
        present.bulk_create(rows)


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
            if names.may_be_one((name_zh, name_latin), (person.name_zh, person.name_latin))
        }
    return Case.objects.open().filter(person__in=found)
