"""The printed sheets of a case, each in Chinese and a second language.

A sheet is a template and what it shows: the words of a field come from its model, the texts from
the template, both by gettext and said twice. A document number never stands on paper in full,
nor does a phone number of the person: whoever may see them opens the case by its QR code.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Prefetch
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from houshayu.bilingual import both
from houshayu.calendar import beijing_date
from houshayu.codes import as_meant
from houshayu.models import HOME_KINDS, Place, PlaceKind, Post
from houshayu.printing import qr_svg
from houshayu.privacy.fields import blind_index
from houshayu.speaking import CHINESE, ENGLISH
from policy import FEVER, ObservationKind
from returnees import decisions
from returnees.models import (
    VOID,
    Case,
    Custody,
    EndReason,
    Observation,
    Person,
    RoomStay,
)
from returnees.models.case_queries import CaseQuerySet
from returnees.sheets.kinds import SheetKind
from returnees.sheets.registration import sections

# As as_meant reads it: HSY-4CZE97-1 is HSY4CZE971.
CERTIFICATE_NUMBER = re.compile(r"(?:HSY)?(?P<case>[0-9A-HJKMNP-TV-Z]{6})(?P<which>[0-9]{1,3})")


class NoSuchSheet(Exception):
    """There is nothing yet, or nothing any more, that this sheet could say of the case."""


def printable(cases: CaseQuerySet, sheet: str) -> CaseQuerySet:
    """Those of the cases that this sheet can be printed of.

    Notice and commitment belong to an observation, the certificate to a completed one.
    """
    observations = Observation.objects.filter(case=OuterRef("pk"))
    if sheet == SheetKind.CERTIFICATE:
        return cases.filter(Exists(observations.filter(end_reason=EndReason.COMPLETED)))
    if sheet in (SheetKind.NOTICE, SheetKind.COMMITMENT):
        return cases.filter(Exists(observations.exclude(end_reason__in=VOID)))
    return cases


def with_everything(cases: CaseQuerySet) -> CaseQuerySet:
    """With all that any sheet shows, in the same number of queries for one case as for many."""
    group = Case.objects.filter(travel_group=OuterRef("travel_group")).exclude(pk=OuterRef("pk"))
    posts = Post.objects.exclude(holder=None).select_related("holder")
    return (
        cases.select_related(
            "person", "document", "community", "policy", "registered_by", "journey", "health"
        )
        .select_related("request", "care", "declaration")
        .annotate(companions=ArraySubquery(group.order_by("number").values("number")))
        .prefetch_related(
            "co_residents",
            "journey__transits",
            "journey__visited",
            "observations__labtests",
            Prefetch("custodies", Custody.objects.select_related("place", "offered_to")),
            Prefetch("stays", RoomStay.objects.select_related("room")),
            Prefetch("custodies__place__posts", posts),
            Prefetch("custodies__offered_to__posts", posts),
        )
    )


def second_language(person: Person, asked: str = "") -> str:
    """The language beside Chinese: the one asked for, else the person's own, else English."""
    for language in (asked, person.preferred_language):
        if language in dict(settings.LANGUAGES) and language != CHINESE:
            return language
    return ENGLISH


def registration_sheet(case: Case, second: str = "") -> str:
    """Every field of the form, A to G, and the office part; at most two pages."""
    second = second_language(case.person, second)
    return _sheet("registration", case, second, sections=sections(case, second))


def observation_notice(case: Case, second: str = "") -> str:
    """The notice given at the hotel or at the gate: why, how long, rules, rights.

    Raises NoSuchSheet before the arrival, which begins the observation.
    """
    return _sheet("notice", case, second_language(case.person, second), **_stay(case))


def commitment_letter(case: Case, second: str = "") -> str:
    """What the person, and at home their caregiver, promise by their signature.

    Raises NoSuchSheet before the arrival, which begins the observation.
    """
    return _sheet("commitment", case, second_language(case.person, second), **_stay(case))


def release_certificate(case: Case, second: str = "") -> str:
    """That the person completed the observation: where, from when until when, tested how.

    Raises NoSuchSheet before the first observation is complete.
    """
    completed = _completed(case)
    if not completed:
        raise NoSuchSheet(case.number)
    # Health monitoring follows a release; the certificate is about what came before it.
    observed = [o for o in completed if ObservationKind(o.kind).stays_in] or completed
    observation = observed[-1]
    ended_on = observation.ended_on
    assert ended_on is not None  # the constraint observation_ended_iff_reason
    stays = _stays(case, observation.started_on, ended_on)
    # Tests are in the order they were planned in, and a result follows its plan.
    results = [test for test in observation.labtests.all() if test.result_at]
    number = f"{case.number}-{completed.index(observation) + 1}"
    code = verification_code(number, observation)
    return _sheet(
        "certificate",
        case,
        second_language(case.person, second),
        observation=observation,
        stays=stays,
        issuer=stays[-1].place if stays else None,
        test=results[-1] if results else None,
        monitoring=next(
            (o for o in case.observations.all() if o.started_on >= observation.release_on), None
        ),
        certificate_number=number,
        verification_code=code,
        qr=verification_qr(number, code),
    )


SHEETS: dict[str, Callable[[Case, str], str]] = {
    SheetKind.REGISTRATION: registration_sheet,
    SheetKind.NOTICE: observation_notice,
    SheetKind.COMMITMENT: commitment_letter,
    SheetKind.CERTIFICATE: release_certificate,
}


def _completed(case: Case) -> list[Observation]:
    return [o for o in case.observations.all() if o.end_reason == EndReason.COMPLETED]


def certified(number: str, code: str) -> Observation | None:
    """The observation that a printed certificate speaks of; None where number or code is false.

    Both as somebody typed them; the number with or without the HSY that every one begins with.
    """
    parts = CERTIFICATE_NUMBER.fullmatch(as_meant(number))
    if parts is None:
        return None
    case_number = f"HSY-{parts['case']}"
    cases = Case.objects.select_related("person", "document")
    case = cases.filter(number=case_number).first()
    completed = dict(enumerate(_completed(case), start=1)) if case else {}
    observation = completed.get(int(parts["which"]))
    if observation is None:
        return None
    assert observation.ended_at is not None
    true = _code(f"{case_number}-{int(parts['which'])}", observation, observation.ended_at)
    return observation if _is_same(true, code) else None


def withdrawn(number: str, code: str) -> Observation | None:
    """The observation whose release was taken back after this certificate was printed.

    Both as somebody typed them.
    """
    parts = CERTIFICATE_NUMBER.fullmatch(as_meant(number))
    if parts is None:
        return None
    case_number = f"HSY-{parts['case']}"
    releases = Observation.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
        case__number=case_number, end_reason=EndReason.COMPLETED
    ).select_related("pgh_obj__case__person")
    for each in releases:
        observation, ended_at = each.pgh_obj, each.ended_at
        true = _code(f"{case_number}-{int(parts['which'])}", observation, ended_at)
        if observation.ended_at != ended_at and _is_same(true, code):
            return observation
    return None


def verification_code(number: str, observation: Observation) -> str:
    """Twelve hex digits that only this program can work out for the certificate."""
    assert observation.ended_at is not None  # only a completed observation has a certificate
    return _code(number, observation, observation.ended_at)


def _is_same(true: str, given: str) -> bool:
    """Whether somebody typed the code, with its hyphens or without."""
    return hmac.compare_digest(as_meant(true).encode(), as_meant(given).encode())


def _code(number: str, observation: Observation, ended_at: datetime) -> str:
    """The code of one release: another of the same day has another."""
    released_at = ended_at.astimezone(UTC).isoformat()
    content = f"{number} {observation.started_on} {released_at}"
    code = blind_index(content, purpose="certificate")[:12].upper()
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def verification_qr(number: str, code: str) -> SafeString:
    """The QR code of a certificate: whoever is at a gate reads it, and sees if it is genuine."""
    query = {"number": number, "code": code}
    address = reverse("returnees:certificate_verify", query=query)
    meaning = str(both(_("QR code to verify this certificate")))
    return qr_svg(settings.SITE_URL + address, meaning=meaning)


@dataclass(frozen=True)
class Stay:
    """A site, or the home, with the days of the observation spent there."""

    place: Place
    from_on: date
    until_on: date


def _stays(case: Case, started_on: date, ended_on: date) -> list[Stay]:
    """Where the days between were spent; the hub and the hours of a handoff are left out."""
    stays = []
    for custody in case.custodies.all():
        from_on = max(beijing_date(custody.started_at), started_on)
        left_on = beijing_date(custody.ended_at) if custody.ended_at else ended_on
        until_on = min(left_on, ended_on)
        if until_on > from_on and custody.place.kind != PlaceKind.HUB:
            stays.append(Stay(custody.place, from_on, until_on))
    return stays


def _stay(case: Case) -> dict[str, Any]:
    """Where the person is under observation, or is just being taken to, and who answers there."""
    counted = [o for o in case.observations.all() if not o.is_void]
    if not counted:
        raise NoSuchSheet(case.number)
    observation, custody = counted[-1], list(case.custodies.all())[-1]
    kind, place = observation.kind, custody.place
    stays = [each for each in case.stays.all() if each.started_at >= custody.started_at]
    room = stays[-1].room.number if stays else ""
    # The notice is handed over at the gate, before the community has accepted.
    if custody.offered_to:
        place, room = custody.offered_to, ""
    if ObservationKind(kind).stays_in:
        at_home = place.kind in HOME_KINDS
        kind = ObservationKind.HOME if at_home else ObservationKind.CENTRALIZED
    return {
        "observation": observation,
        "holds": decisions.holds_sentence(case, observation, place),
        "kind": kind,
        "place": place,
        "room": room,
        "posts": list(place.posts.all())[:2],
        "fever": FEVER,
    }


def _sheet(template: str, case: Case, second: str, **values: Any) -> str:
    name = both(SheetKind(template).label, second)
    context = {"case": case, "person": case.person, "second": second, "name": str(name)}
    context = {"qr": case_qr(case)} | context | values
    return render_to_string(f"returnees/print/{template}.html", context)


def case_qr(case: Case) -> SafeString:
    """The QR code that opens the case's page, for those who may see it."""
    meaning = str(both(_("QR code to the page of this case")))
    return qr_svg(settings.SITE_URL + case.get_absolute_url(), meaning=meaning)
