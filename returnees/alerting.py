"""Fever, symptoms and positive tests: the alert, and the people who hear of it at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from houshayu import telling
from houshayu.duties import planning
from houshayu.models import Role
from houshayu.telling import Line, Members
from policy import is_fever
from returnees.models import Alert, AlertKind, Case, CheckIn, Custody, LabTest, Resolution

if TYPE_CHECKING:
    from houshayu.models import User
    from returnees.models.alerts import AlertQuerySet

# Who is notified of an alert at once, and of its end if it was none.
NOTIFIED = (Role.COORDINATOR, Role.MEDICAL_MEMBER)
WITHDRAWN = "alert_withdrawn"


def raise_for_checkins(checkins: Iterable[CheckIn], *, now: datetime) -> list[Alert]:
    """An alert for each check-in with 37.3 °C or above, or any symptom."""
    worrying = [checkin for checkin in checkins if checkin.needs_alert]
    custodies = Custody.objects.open().select_related("place")
    holders = {
        custody.case_id: custody.place
        for custody in custodies.filter(case__in=[c.observation.case_id for c in worrying])
    }
    return _raise(
        (
            Alert(
                case=checkin.observation.case,
                place=holders[checkin.observation.case_id],
                checkin=checkin,
                kind=kind_of(checkin),
                temperature=checkin.temperature,
            )
            for checkin in worrying
        ),
        now=now,
    )


def kind_of(checkin: CheckIn) -> AlertKind:
    """What the alert of a check-in is about that needs one."""
    return AlertKind.FEVER if is_fever(checkin.temperature) else AlertKind.SYMPTOM


def raise_for_declaration(case: Case, *, now: datetime) -> None:
    """An alert for what the person declared at registration."""
    temperature = case.health.temperature
    kind = AlertKind.FEVER if is_fever(temperature) else AlertKind.SYMPTOM
    _raise([_alert(case, kind, temperature, declaration=case.health)], now=now)


def raise_for_temperature(case: Case, temperature: Decimal, *, now: datetime) -> None:
    """An alert for 37.3 °C or above measured outside the rounds, as at a handoff."""
    if is_fever(temperature):
        _raise([_alert(case, AlertKind.FEVER, temperature)], now=now)


def raise_for_test(test: LabTest, *, now: datetime) -> None:
    """An alert for a positive nucleic acid test."""
    _raise([_alert(test.observation.case, AlertKind.POSITIVE_TEST, labtest=test)], now=now)


def withdraw(alerts: AlertQuerySet, *, by: User, now: datetime) -> int:
    """Settle those of the alerts that are open as entered by mistake; return how many were.

    What raised them must be corrected before: the database looks. Whoever was notified of them
    hears of it at once.
    """
    # Locked, so that one that somebody is settling counts as settled.
    locked = alerts.filter(resolved_at=None).select_for_update(of=("self",))
    pending = list(locked.select_related("case"))
    withdrawn = alerts.filter(pk__in=[alert.pk for alert in pending])
    withdrawn.update(resolved_at=now, resolved_by=by, resolution=Resolution.MISTAKEN)
    telling.tell([_withdrawn_line(alert) for alert in pending], now=now)
    return len(pending)


def _withdrawn_line(alert: Alert) -> Line:
    place = Custody.objects.holder_of(alert.case) or alert.place

    def text() -> str:
        return gettext(
            "Alert withdrawn, it was entered by mistake: case %(number)s at %(place)s"
        ) % {
            "number": alert.case.number,
            "place": place,
        }

    return Line(
        kind=WITHDRAWN,
        place=place,
        key=f"{WITHDRAWN}:{alert.pk}",
        text=text,
        url=alert.case.get_absolute_url(),
        recipients=Members([place]).over(place, NOTIFIED),
    )


def _alert(
    case: Case,
    kind: AlertKind,
    temperature: Decimal | None = None,
    **raised_by: Any,
) -> Alert:
    """An alert in the hands of the place that holds the case."""
    custody = Custody.objects.open().select_related("place").get(case=case)
    return Alert(case=case, place=custody.place, kind=kind, temperature=temperature, **raised_by)


def _raise(alerts: Iterable[Alert], *, now: datetime) -> list[Alert]:
    raised = list(alerts)
    for alert in raised:
        alert.raised_at = now
    Alert.objects.bulk_create(raised)
    planning.remind_at_once("alert", [alert.pk for alert in raised], now=now)
    return raised
