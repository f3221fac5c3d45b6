"""Finding a case by whatever somebody has of it in hand: a number, a phone, a flight, a name."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.db.models import Q, QuerySet

from houshayu.phones import phone_numbers
from houshayu.privacy.fields import blind_index
from houshayu.typed import half_width, normalise
from returnees.documents import DocumentType
from returnees.models import Case, IdentityDocument, Person, RoomStay
from returnees.models.case_queries import OPEN, CaseQuerySet, case_number
from returnees.models.journey import flight_number

ROOM = re.compile(r"[0-9A-Z]{1,8}")
FEWEST_DIGITS_OF_A_PHONE = 7


def find(cases: CaseQuerySet, typed: str) -> CaseQuerySet:
    """Those of the cases that the text names, by the first of these that there is:

    a case number, a number of a document that the person has shown, their phone, the flight they
    came with, the room they are in; otherwise by name.
    """
    # One after the other, each by its index: joined by OR they would read every case.
    for matching in (_by_number, _by_document, _by_phone, _by_flight, _by_room):
        found = matching(typed)
        if found is not None and found.exists():
            return cases.filter(pk__in=found.values("pk"))
    return cases.filter(person__in=Person.objects.named(typed).values("pk"))


Found = QuerySet[Case] | None
Matching = Callable[[str], Found]


def _by_number(typed: str) -> Found:
    number = case_number(typed)
    return Case.objects.filter(number=number) if number else None


def _by_document(typed: str) -> Found:
    number = normalise(typed)
    if not any(character.isdigit() for character in number):
        return None
    # The types are named because the index begins with them.
    shown = IdentityDocument.objects.filter(
        document_type__in=DocumentType.values,
        number_index=blind_index(number, purpose="document"),
    )
    return Case.objects.filter(person__in=shown.values("person"))


def _by_phone(typed: str) -> Found:
    digits = "".join(character for character in half_width(typed) if character.isdigit())
    if len(digits) < FEWEST_DIGITS_OF_A_PHONE:
        return None
    # With the country code, without it, and with the + left out.
    ways = {n for text in (typed, f"+{digits}", f"+86{digits}") for n in phone_numbers(text)}
    indexes = [blind_index(number, purpose="phone") for number in sorted(ways)]
    called = Person.objects.filter(Q(phone_cn_index__in=indexes) | Q(phone_intl_index__in=indexes))
    return Case.objects.filter(person__in=called.values("pk"))


def _by_flight(typed: str) -> Found:
    number = normalise(half_width(typed))
    if not re.search(flight_number.regex, number):
        return None
    return Case.objects.filter(journey__flight_number=number)


def _by_room(typed: str) -> Found:
    room = normalise(half_width(typed))
    if not ROOM.fullmatch(room) or not any(character.isdigit() for character in room):
        return None
    numbers = {room, half_width(typed).strip().upper()}
    here = RoomStay.objects.open().filter(room__number__in=numbers)
    return Case.objects.filter(OPEN).filter(Q(pk__in=here.values("case")) | Q(room=room))
