"""The observation of a case: how it begins, follows the decision, and has its count restarted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.calendar import beijing_date
from houshayu.exceptions import Conflict
from houshayu.models import HOME_KINDS, Place, PlaceKind
from policy import (
    Decision,
    Obligation,
    ObservationKind,
    day_zero_after_contact,
    release_on,
)
from policy.models import PolicyVersion
from returnees import alerting, decisions
from returnees.models import (
    Case,
    CaseClosed,
    Custody,
    EndReason,
    LabTest,
    Observation,
    ObservationRequest,
    TestResult,
)

if TYPE_CHECKING:
    from houshayu.models import User

NOT_OBSERVED = _("This case is not under observation.")


class ContactToCome(Conflict):
    """The last contact with an infected person lies in the future."""


class LabTestClosed(Conflict):
    """Somebody recorded the result, or planned the test, before this call did."""


class NoTestDue(Conflict):
    """No test of the case waits for its sample today."""


def begin(
    case: Case,
    obligation: Obligation,
    *,
    on: date,
    nat_days: Iterable[int],
    number: int = 0,
    kind: ObservationKind | None = None,
    counted_anew: bool = False,
) -> Observation:
    """The obligation, the decision's of this number, is met from day 0 on, with tests planned.

    on: day 0. kind: if it is not the obligation's own.
    """
    observation = Observation.objects.create(
        case=case,
        kind=kind or obligation.kind,
        policy=case.policy,
        started_on=on,
        days=obligation.days,
        obligation=number,
        counted_anew=counted_anew,
    )
    for day in nat_days:
        LabTest.objects.create(observation=observation, due_on=on + timedelta(days=day))
    return observation


def decide_again(case: Case) -> Decision:
    """The case is decided anew, and its observation follows."""
    waited = case.decision.waiting_for
    case.decision = decisions.decide(case)
    case.save(update_fields=["decision", "policy"])
    follow(case, way_home_opened=bool(waited) and not case.decision.waiting_for)
    return case.decision


def follow(case: Case, *, way_home_opened: bool) -> None:
    """Bring the open observation into line with the case's decision.

    Its days and tests are the decision's, unless the count was started again since. Between
    hotel and home the kind follows the place, for somebody at home when their way home opens.
    """
    observation, decision = Observation.objects.current_of(case), case.decision
    if observation is None or observation.counted_anew:
        return
    if observation.obligation >= len(decision.obligations):
        return
    obligation = decision.obligations[observation.obligation]
    kind = ObservationKind(observation.kind)
    if not (kind.stays_in and obligation.kind.stays_in) or (way_home_opened and _is_at_home(case)):
        kind = obligation.kind
    if (kind, obligation.days) != (observation.kind, observation.days):
        Observation.objects.filter(pk=observation.pk).update(kind=kind, days=obligation.days)
    if observation.obligation == 0:
        due = {observation.started_on + timedelta(days=day) for day in decision.nat_days}
        planned = observation.labtests.values_list("due_on", flat=True)
        for day in sorted(due - set(planned)):
            LabTest.objects.create(observation=observation, due_on=day)


def _is_at_home(case: Case) -> bool:
    holder = Custody.objects.holder_of(case)
    return holder is not None and holder.kind in HOME_KINDS


def follow_place(case: Case, place: Place, *, on: date) -> None:
    """The kind of observation is that of the place; the count of days goes on."""
    observation = Observation.objects.current_of(case)
    if observation is None or not observation.must_stay_in(on):
        return
    if place.kind in HOME_KINDS:
        kind = ObservationKind.HOME
    elif place.kind == PlaceKind.HOTEL:
        kind = ObservationKind.CENTRALIZED
    else:
        return
    Observation.objects.filter(pk=observation.pk).exclude(kind=kind).update(kind=kind)


def restart(
    case: Case, *, by: User, now: datetime, last_contact_on: date | None = None
) -> Observation:
    """Restart the count of days for a close contact, or for somebody who left home without
    permission.

    last_contact_on: the last contact with an infected person, whose date is day 0 then.
    Without it the rule in force at the moment decides: since 16 April 2020 the date of the
    move is day 0, before it the count goes on. Under health monitoring it is the observation
    itself that begins anew. Raises CaseClosed if nothing is observed, and ContactToCome.
    """
    today = beijing_date(now)
    if last_contact_on and last_contact_on > today:
        raise ContactToCome(_("This day is in the future."))
    with acting(by=by, now=now):
        locked = Case.objects.lock_open(case)
        observation = Observation.objects.current_of(locked)
        if observation is None:
            raise CaseClosed(NOT_OBSERVED)
        usual = locked.policy.usual
        days = usual.obligations[0].days
        monitored = not ObservationKind(observation.kind).stays_in
        from_monitoring = last_contact_on is not None and monitored
        if last_contact_on and from_monitoring:
            day_zero = last_contact_on
            if release_on(day_zero, days) <= today:
                return observation
        elif last_contact_on:
            day_zero = day_zero_after_contact(observation.started_on, last_contact_on)
        else:
            version = decisions.version_for(now)
            day_zero = version.day_zero_after_violation(observation.started_on, today)
        if day_zero == observation.started_on and not from_monitoring:
            Observation.objects.filter(pk=observation.pk).update(kind=ObservationKind.CENTRALIZED)
            observation.refresh_from_db()
            return observation
        Observation.objects.end(locked, EndReason.RESTARTED, now=now)
        return begin(
            locked,
            Obligation(ObservationKind.CENTRALIZED, days),
            on=day_zero,
            nat_days=locked.decision.nat_days or usual.nat_days,
            counted_anew=True,
        )


def change_policy(
    case: Case, version: PolicyVersion, *, by: User, now: datetime, reason: str
) -> None:
    """Let another version decide for somebody already under observation.

    Which of two versions applies to them was not published: it is the one at arrival until a
    coordinator says otherwise, with a reason, which the history keeps. Raises CaseClosed for
    somebody who is not under observation: the arrival chooses the version anyhow.
    """
    with acting(by=by, now=now, reason=reason):
        locked = Case.objects.lock_open(case)
        if Observation.objects.current_of(locked) is None:
            raise CaseClosed(NOT_OBSERVED)
        locked.policy = version
        decide_again(locked)
    case.refresh_from_db()


def assess(
    case: Case,
    result: str,
    *,
    community_assessor: str,
    health_assessor: str,
    reason: str,
    by: User,
    now: datetime,
) -> None:
    """Two assessors approve or reject the request for home observation; decided again.

    A rejection needs a reason. Raises CaseClosed.
    """
    with acting(by=by, now=now):
        locked = Case.objects.lock_open(case)
        ObservationRequest.objects.filter(case=locked).update(
            assessment_result=result,
            assessment_reason=reason,
            community_assessor=community_assessor,
            health_assessor=health_assessor,
            assessed_at=now,
            assessed_by=by,
        )
        decide_again(locked)
    case.refresh_from_db()


def reasons_not_home(case: Case, now: datetime) -> list[Promise]:
    """Why the person may not be handed over to their home now; empty if they may."""
    observation = Observation.objects.current_of(case)
    if observation is None or not observation.must_stay_in(beijing_date(now)):
        return []
    decision = decisions.decide(case)
    if observation.counted_anew or not decision.home_eligible:
        return [_("The policy requires centralized observation until its last day.")]
    return [decisions.WAITING[name] for name in decision.waiting_for]


def lacks_commitment(case: Case, now: datetime) -> bool:
    """Whether the person is, or would be, observed at home without having promised to stay.

    They sign the commitment letter at the gate (domain rules 2.1, step 5b, and 2.7).
    """
    observation = Observation.objects.current_of(case)
    stays_in = observation is not None and observation.must_stay_in(beijing_date(now))
    return stays_in and case.request.commitment_signed_at is None


def sign_commitment(case: Case, *, by: User, now: datetime) -> None:
    """The person has signed the commitment letter; the first time stands.

    Raises CaseClosed.
    """
    with acting(by=by, now=now):
        locked = Case.objects.lock_open(case)
        ObservationRequest.objects.filter(case=locked, commitment_signed_at=None).update(
            commitment_signed_at=now
        )


def plan_test(observation: Observation, on: date, *, by: User, now: datetime) -> LabTest:
    """A nucleic acid test beside those of the policy, as after a positive one.

    Raises LabTestClosed if the observation has ended, or a test of that day is there already.
    """
    with acting(by=by, now=now):
        locked = Observation.objects.select_for_update(no_key=True).get(pk=observation.pk)
        if locked.ended_at:
            raise LabTestClosed(_("This observation has ended."))
        if locked.labtests.filter(due_on=on).exists():
            raise LabTestClosed(_("A test is already planned for this day."))
        return LabTest.objects.create(observation=locked, due_on=on)


def take_sample(case: Case, *, by: User, now: datetime) -> None:
    """The sample of the test that is due today, or was due first, is taken now.

    Raises NoTestDue if none is, and CaseClosed.
    """
    due = LabTest.objects.planned().due(beijing_date(now)).filter(observation__case=case)
    with acting(by=by, now=now):
        Case.objects.lock_open(case)
        test = due.select_related("observation__case").first()
        if test is None:
            raise NoTestDue(_("No sample is due today, or it was taken before."))
        record_test(test, TestResult.PENDING, by=by, now=now)


def record_test(test: LabTest, result: str, *, by: User, now: datetime) -> None:
    """The sample is taken, and its result known unless it is pending; decided again.

    A positive result raises an alert. Raises LabTestClosed if a result is recorded already, and
    CaseClosed.
    """
    with acting(by=by, now=now):
        # The case before the test: what is decided of it anew must not undo what somebody else
        # has just decided.
        case = Case.objects.lock_open(test.observation.case)
        locked = LabTest.objects.select_for_update().get(pk=test.pk)
        if locked.result != TestResult.PENDING:
            raise LabTestClosed(_("The result of this test is already recorded."))
        locked.sampled_at = locked.sampled_at or now
        locked.recorded_by = by
        locked.result = result
        locked.result_at = None if result == TestResult.PENDING else now
        locked.save(update_fields=["sampled_at", "recorded_by", "result", "result_at"])
        if result == TestResult.POSITIVE:
            alerting.raise_for_test(locked, now=now)
        decide_again(case)
    test.refresh_from_db()
