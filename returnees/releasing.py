"""How a case ends: released with its days complete, or closed without."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.calendar import beijing_date
from houshayu.exceptions import Conflict
from policy import ObservationKind, release_at
from returnees import observing
from returnees.models import (
    Alert,
    Case,
    CaseOutcome,
    Custody,
    EndReason,
    Observation,
    TestResult,
)

if TYPE_CHECKING:
    from houshayu.models import User

WAITS_FOR_AN_ANSWER = _("A handoff is waiting for an answer.")
# How an observation ends whose case is closed without release.
ENDED_BY_OUTCOME = {
    CaseOutcome.CONFIRMED: EndReason.CONFIRMED,
    CaseOutcome.TRANSFERRED_OUT: EndReason.TRANSFERRED_OUT,
}


class CaseNotReady(Conflict):
    """The case can't be released yet; str() says what is missing."""


def reasons_not_released(case: Case, now: datetime) -> list[Promise]:
    """What is missing before the case can be released; empty on the day it can."""
    observation = Observation.objects.current_of(case)
    if observation is None:
        return [_("The person is not under observation.")]
    reasons: list[Promise] = []
    if now < release_at(observation.started_on, observation.days):
        reasons.append(_("The days of observation are not complete."))
    alerts = Alert.objects.filter(case=case)
    if alerts.open().exists():
        reasons.append(_("An alert is not settled."))
    last = observation.checkins.order_by("-day", "slot").first()
    if last is None:
        reasons.append(_("There is no check-in."))
    elif last.needs_alert and not alerts.filter(checkin=last, resolved_at__isnull=False).exists():
        reasons.append(_("The last check-in was not normal."))
    test = observation.labtests.due(beijing_date(now)).last()
    if test and test.result == TestResult.POSITIVE:
        reasons.append(_("The last nucleic acid test was positive: please plan another."))
    elif (
        case.decision.release_needs_negative_test
        and ObservationKind(observation.kind).stays_in
        and not (test and test.result == TestResult.NEGATIVE)
    ):
        reasons.append(_("The negative result of the last nucleic acid test is missing."))
    if _is_on_offer(case):
        reasons.append(WAITS_FOR_AN_ANSWER)
    return reasons


def what_follows(case: Case) -> Promise:
    """What a release will do to the case, in one sentence."""
    if _following(case, Observation.objects.current_of(case)) is None:
        return _(
            "The observation is complete and the case is closed: nobody is responsible for the "
            "person any more. This can be taken back today only."
        )
    return _(
        "This observation is complete and health monitoring begins. This can be taken back today "
        "only."
    )


def _following(case: Case, ended: Observation | None) -> int | None:
    """The number of the obligation that comes after; None where it was the last."""
    following = ended.obligation + 1 if ended else 0
    return following if following < len(case.decision.obligations) else None


def _is_on_offer(case: Case) -> bool:
    custody = Custody.objects.current_of(case)
    return custody is not None and custody.offered_to is not None


def release(case: Case, *, by: User, now: datetime) -> Observation:
    """The observation is complete; the next obligation begins, or the case is closed.

    Returns the observation that ended. Raises CaseNotReady with all that is missing, and
    CaseClosed if somebody released or closed the case first.
    """
    with acting(by=by, now=now):
        locked = Case.objects.lock_open(case)
        ended = Observation.objects.lock_current_of(locked)
        if reasons := reasons_not_released(locked, now):
            raise CaseNotReady(" ".join(str(reason) for reason in reasons))
        assert ended is not None
        Observation.objects.end(locked, EndReason.COMPLETED, now=now)
        following = _following(locked, ended)
        if following is not None:
            observing.begin(
                locked,
                locked.decision.obligations[following],
                on=ended.release_on,
                nat_days=(),
                number=following,
            )
        else:
            _close(locked, CaseOutcome.RELEASED, now=now)
    case.refresh_from_db()
    ended.refresh_from_db()
    return ended


def close(case: Case, outcome: str, *, by: User, now: datetime, note: str) -> None:
    """Close the case without release: moved away, not arrived, confirmed, or a mistake.

    Raises CaseClosed, and CaseNotReady while a handoff waits for its answer.
    """
    with acting(by=by, now=now):
        locked = Case.objects.lock_open(case)
        if _is_on_offer(locked):
            raise CaseNotReady(WAITS_FOR_AN_ANSWER)
        reason = ENDED_BY_OUTCOME.get(CaseOutcome(outcome), EndReason.CANCELLED)
        Observation.objects.end(locked, reason, now=now)
        _close(locked, outcome, now=now, note=note)
    case.refresh_from_db()


def _close(case: Case, outcome: str, *, now: datetime, note: str = "") -> None:
    case.closed_at = Custody.objects.end(case, at=now)
    case.outcome, case.outcome_note = outcome, note
    case.save(update_fields=["closed_at", "outcome", "outcome_note"])
