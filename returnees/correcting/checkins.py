from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.duties import planning
from returnees import alerting
from returnees.correcting.conflicts import ALERT_RAISED, ALERT_WITHDRAWN, NothingToCorrect
from returnees.models import Alert, Case, CheckIn, Observation
from returnees.models.health import needs_alert

if TYPE_CHECKING:
    from houshayu.models import User


def correct_checkin(
    checkin: CheckIn,
    *,
    temperature: Decimal,
    symptoms: Collection[str],
    by: User,
    now: datetime,
    reason: str,
) -> None:
    """The check-in says what was really measured, and its alert follows.

    temperature: °C. An alert that the wrong value raised is withdrawn, one that the right value
    needs is raised. Raises CaseClosed, and NothingToCorrect also where somebody removed it.
    """
    with acting(by=by, now=now, reason=reason):
        locked = _lock_checkin(checkin)
        if (locked.temperature, set(locked.symptoms)) == (temperature, set(symptoms)):
            raise NothingToCorrect(_("This is what is recorded already."))
        locked.temperature, locked.symptoms = temperature, list(dict.fromkeys(symptoms))
        locked.save(update_fields=["temperature", "symptoms"])
        raised = Alert.objects.filter(checkin=locked, resolved_at=None)
        if not locked.needs_alert:
            alerting.withdraw(raised, by=by, now=now)
        elif not raised.update(temperature=temperature, kind=alerting.kind_of(locked)):
            alerting.raise_for_checkins([locked], now=now)
    checkin.refresh_from_db()


def remove_checkin(checkin: CheckIn, *, by: User, now: datetime, reason: str) -> None:
    """Nobody was measured: the slot waits for its check-in again, and its alert is withdrawn.

    Raises CaseClosed, and NothingToCorrect where somebody removed it first.
    """
    with acting(by=by, now=now, reason=reason):
        locked = _lock_checkin(checkin)
        raised = list(Alert.objects.filter(checkin=locked).values_list("pk", flat=True))
        locked.delete()
        alerts = Alert.objects.filter(pk__in=raised)
        alerting.withdraw(alerts, by=by, now=now)
        alerts.update(checkin=None)
        planning.waits_again("checkin", "missed_twice", about=locked.observation.case_id)


def what_follows(
    checkin: CheckIn, temperature: Decimal, symptoms: Collection[str]
) -> Promise | str:
    """What a correction will do beside the correction itself; empty if nothing."""
    needed = needs_alert(temperature, list(symptoms))
    if checkin.needs_alert and not needed:
        return ALERT_WITHDRAWN
    return ALERT_RAISED if needed and not checkin.needs_alert else ""


def _lock_checkin(checkin: CheckIn) -> CheckIn:
    """The check-in as it is now; a release waits, or was first and is found."""
    case = Case.objects.lock_open(Case.objects.get(observations=checkin.observation_id))
    Observation.objects.lock_current_of(case)
    rows = CheckIn.objects.select_for_update(of=("self",)).select_related("observation__case")
    locked = rows.filter(pk=checkin.pk, observation__ended_at=None).first()
    if locked is None:
        raise NothingToCorrect(_("This check-in was removed, or its observation has ended."))
    return locked
