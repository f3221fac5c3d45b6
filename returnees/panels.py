"""What returnees itself puts on the page of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from houshayu.calendar import beijing_date
from policy import check_in_slots
from returnees import companions, correcting, decisions, observing, releasing
from returnees.case_page import CaseAct, Column, Panel, Seen
from returnees.corrections import corrections
from returnees.models import (
    Case,
    CaseOutcome,
    CheckIn,
    Custody,
    EndReason,
    Observation,
    ObservationCertificate,
    Whereabouts,
)
from returnees.revealing import PHONES, Protected, times_read
from returnees.sheets.kinds import SheetKind


def _days(observation: Observation) -> list[dict[str, Any]]:
    """The days of an observation with the check-ins of each slot, for the grid on the page."""
    taken = {(c.day, c.slot): c for c in observation.checkins.all()}
    days: dict[int, dict[str, Any]] = {}
    for day, slot in check_in_slots(observation.days):
        row = days.setdefault(day, {"number": day, "slots": []})
        row["slots"].append({"slot": slot, "checkin": taken.get((day, slot))})
    return list(days.values())


def _observed(seen: Seen) -> dict[str, Any]:
    today = beijing_date(seen.now)
    return {
        "observations": [
            (each, _days(each), each.day_number(today), each.days_overdue(today))
            for each in reversed(seen.observations)
        ]
    }


def _person(seen: Seen) -> dict[str, Any]:
    """Who attached a certificate and when, of a case that needs one; the file stays unread."""
    journey = seen.case.journey
    attached = ObservationCertificate.objects.filter(journey=journey)
    certificate = (
        attached.select_related("attachment__attached_by").first()
        if journey.days_observed_elsewhere
        else None
    )
    return {"certificate": certificate, "phones": _phones(seen)}


def _phones(seen: Seen) -> list[tuple[Protected, str, int]]:
    """The phone numbers there are, masked, and how often each was read in full."""
    times = times_read(seen.case)
    # Their own before those of others.
    in_order = sorted(PHONES.items(), key=lambda each: not each[0].startswith("phone_"))
    return [
        (phone, masked, times.get(name, 0))
        for name, phone in in_order
        if (masked := phone.masked(seen.case))
    ]


def _health(seen: Seen) -> dict[str, Any] | None:
    """What a doctor must know; for those who may see it."""
    if not seen.may_see.get("view_healthdeclaration"):
        return None
    reported = CheckIn.objects.filter(observation__case=seen.case).exclude(symptoms=[])
    return {"health": seen.case.health, "reported": reported.order_by("-taken_at")}


def _attempts(seen: Seen) -> dict[str, Any] | None:
    attempts = list(seen.case.attempts.select_related("made_by", "next_by"))
    return {"attempts": attempts} if attempts else None


def _corrections(seen: Seen) -> dict[str, Any] | None:
    found = corrections(seen.observations)
    return {"corrections": found} if found else None


def _custodies(seen: Seen) -> dict[str, Any]:
    """In whose hands the case was, each with the rooms of that time."""
    stays = list(seen.case.stays.select_related("room"))
    return {
        "custodies": [
            (held, [stay for stay in stays if _within(held, stay.started_at)])
            for held in seen.custodies
        ]
    }


def _within(custody: Custody, moment: datetime) -> bool:
    ended_at = custody.ended_at
    return custody.started_at <= moment and (ended_at is None or moment < ended_at)


def _companions(seen: Seen) -> dict[str, Any] | None:
    """The others of the travel group: those who are on the way, and whose case is closed."""
    found = companions.of(seen.case, seen.user)
    group = Case.objects.visible_to(seen.user).filter(travel_group=seen.case.travel_group)
    others = group.filter(closed_at__isnull=False).exclude(pk=seen.case.pk)
    closed = list(others.select_related("person").order_by("number"))
    if not (found or closed):
        return None
    return {
        "companions": found,
        "closed": closed,
        "holding_place": seen.custodies[-1].place_id,
    }


def _policy(seen: Seen) -> dict[str, Any]:
    case, decision = seen.case, seen.case.decision
    counted = [each for each in seen.observations if each.end_reason != EndReason.CORRECTED]
    current = counted[-1] if counted else None
    return {
        "holds": decisions.holds_sentence(case, current, seen.custodies[-1].place),
        "assessment_matters": decisions.assessment_matters(case, current),
        "decision_text": case.policy.rule_text(decision.rule),
        "decision_facts": [
            (decisions.FACT_LABELS.get(name, name), value) for name, value in decision.facts.items()
        ],
        "lacks_commitment": observing.lacks_commitment(case, seen.now),
    }


def _alerts(seen: Seen) -> dict[str, Any] | None:
    alerts = list(
        seen.case.alerts.select_related("acknowledged_by", "resolved_by").prefetch_related(
            "steps__taken_by"
        )
    )
    return {"alerts": alerts} if alerts else None


def _measured(seen: Seen) -> dict[str, Any] | None:
    """The check-ins that a former holder took."""
    own = seen.case.custodies.filter(
        pk__in=[custody.pk for custody in seen.custodies],
        started_at__lte=OuterRef("taken_at"),
        ended_at__gt=OuterRef("taken_at"),
    )
    taken = CheckIn.objects.filter(Exists(own), observation__case=seen.case).order_by("taken_at")
    return {"checkins": taken} if taken else None


PANELS = (
    Panel(
        template="returnees/_case_observations.html",
        context=_observed,
        column=Column.MAIN,
        order=10,
    ),
    Panel(
        template="returnees/_case_attempts.html", context=_attempts, column=Column.MAIN, order=15
    ),
    Panel(
        template="returnees/_case_corrections.html",
        context=_corrections,
        column=Column.MAIN,
        order=15,
    ),
    Panel(template="returnees/_case_person.html", context=_person, column=Column.MAIN, order=20),
    Panel(template="returnees/_case_health.html", context=_health, column=Column.MAIN, order=15),
    Panel(
        template="returnees/_case_custody.html", context=_custodies, column=Column.SIDE, order=10
    ),
    Panel(
        template="returnees/_case_companions.html",
        context=_companions,
        column=Column.SIDE,
        order=15,
    ),
    Panel(template="returnees/_case_policy.html", context=_policy, column=Column.SIDE, order=30),
    Panel(template="returnees/_case_alerts.html", context=_alerts, column=Column.SIDE, order=40),
    Panel(
        template="returnees/_case_custody.html",
        context=_custodies,
        column=Column.OWN_PART,
        order=10,
    ),
    Panel(
        template="returnees/_case_measured.html",
        context=_measured,
        column=Column.OWN_PART,
        order=30,
    ),
)


def _is_expected(seen: Seen) -> bool:
    return seen.case.arrived_at is None


def _is_in_a_hotel(seen: Seen) -> bool:
    return seen.case.whereabouts == Whereabouts.IN_HOTEL


def _has_arrived(seen: Seen) -> bool:
    return seen.case.arrived_at is not None


def _can_be_released(seen: Seen) -> bool:
    return not releasing.reasons_not_released(seen.case, seen.now)


def _release_can_be_taken_back(seen: Seen) -> bool:
    released = correcting.released_on(seen.observations)
    if released is None or released.ended_on != beijing_date(seen.now):
        return False
    if seen.case.closed_at:
        return seen.case.outcome == CaseOutcome.RELEASED
    # Whoever is being offered the case sees it, and holds nothing of it yet.
    return bool(seen.may.get("release_case"))


def _has_completed(seen: Seen) -> bool:
    return any(each.end_reason == EndReason.COMPLETED for each in seen.observations)


def _sheet(sheet: SheetKind, order: int, **more: Any) -> CaseAct:
    return CaseAct(
        view="returnees:print_sheet",
        arguments=(sheet,),
        label=sheet.label,
        permission="print_case",
        order=order,
        reads=True,
        **more,
    )


ACTS = (
    CaseAct(
        view="returnees:case_arrive",
        label=_("Confirm the arrival"),
        permission="change_case",
        order=10,
        applies=_is_expected,
    ),
    CaseAct(
        view="returnees:case_release",
        label=_("Release from observation"),
        permission="release_case",
        order=30,
        applies=_can_be_released,
        look="primary",
    ),
    CaseAct(
        view="returnees:case_room",
        label=_("Set the room"),
        permission="lodge_case",
        order=25,
        applies=_is_in_a_hotel,
    ),
    CaseAct(
        view="returnees:case_attempt",
        label=_("Nobody answered"),
        permission="record_checkin",
        order=35,
    ),
    CaseAct(
        view="returnees:family_next",
        label=_("Register the next of the family"),
        permission="add_case",
        order=38,
    ),
    CaseAct(
        view="returnees:release_take_back",
        label=_("Take back the release"),
        permission="release_case",
        order=35,
        applies=_release_can_be_taken_back,
        reads=True,
        look="outline-secondary",
    ),
    CaseAct(
        view="returnees:case_edit",
        label=_("Correct the form"),
        permission="change_case",
        order=40,
    ),
    CaseAct(
        view="returnees:arrival_correct",
        label=_("Correct the arrival"),
        permission="change_case",
        order=50,
        applies=_has_arrived,
    ),
    CaseAct(
        view="returnees:policy_change",
        label=_("Another policy version"),
        permission="change_observation",
        order=60,
    ),
    CaseAct(
        view="returnees:observation_restart",
        label=_("Restart the count of days"),
        permission="change_observation",
        order=70,
        applies=_has_arrived,
    ),
    CaseAct(
        view="returnees:case_close",
        label=_("Close without release"),
        permission="close_case",
        order=80,
        look="outline-secondary",
    ),
    _sheet(SheetKind.REGISTRATION, 90),
    _sheet(SheetKind.NOTICE, 100, applies=_has_arrived),
    _sheet(SheetKind.COMMITMENT, 110, applies=_has_arrived),
    _sheet(SheetKind.CERTIFICATE, 120, applies=_has_completed),
    CaseAct(
        view="returnees:case_history",
        label=_("History"),
        permission="view_case",
        order=900,
        reads=True,
        look="link",
    ),
)
