"""What the policy says about a case: its facts gathered and decided, and how they are called."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from houshayu.models import PlaceKind
from policy import Decision, Facts, ObservationKind
from policy.models import PolicyVersion
from policy.what_holds import Why, asks_assessment, what_holds
from returnees.models.journey import BEIJING_PORTS
from returnees.models.labtests import LabTest, TestResult
from returnees.models.requests import AssessmentResult

if TYPE_CHECKING:
    from houshayu.models import Place
    from returnees.models import Case, Observation

# Each fact a rule may have looked at, as a page shows it.
FACT_LABELS = {
    "arrived_on": _("Date of arrival in Beijing"),
    "age": _("Age on that date"),
    "applied_before_entry": _("Applied before arrival"),
    "approved": _("Assessment approved"),
    "days_observed_elsewhere": _("Days observed at the first point of entry"),
    "days_since_observed_elsewhere": _("Days since that observation ended"),
    "grounds": _("Grounds given"),
    "has_dwelling": _("Has a dwelling in Beijing"),
    "lives_alone": _("Lives there alone"),
    "purpose": _("Purpose"),
    "requested_mode": _("Requested mode"),
    "test_negative": _("Negative test in Beijing"),
    "test_negative_elsewhere": _("Negative test at the first point of entry"),
    "through_beijing": _("Entered through Beijing"),
}
WAITING = {
    "assessment": _("The request for home observation is not approved yet."),
    "negative_test": _("The negative result of the nucleic acid test is missing."),
}

# What holds, and why; a sentence for each pair that what_holds() makes.
HOLDS = {
    Why.RESTARTED: _("Centralized observation: the count of days was restarted."),
    Why.FOLLOWS: _("Health monitoring: the days of observation before it are complete."),
    Why.REJECTED: _("Centralized observation: the request for home observation was rejected."),
    Why.WAITS: _("Centralized observation until home observation is possible."),
    Why.STILL_LODGED: _(
        "Centralized observation until the handoff home: home observation is allowed."
    ),
    Why.APPROVED: _("Home observation: the request was approved."),
    Why.BY_RULE: _("Home observation: the rules allow it here without an assessment."),
    Why.NO_WAY_HOME: _("Centralized observation: the rules allow no home observation here."),
    Why.NO_STAYING_IN: _("Health monitoring: the rules ask for no observation in one place here."),
}


def holds(
    case: Case, observation: Observation | None, place: Place | None
) -> tuple[ObservationKind, Why]:
    """What holds for the case, which has its request, and why.

    observation: the one that goes on, or the last; place: where the person stands, or is being
    taken to.
    """
    return what_holds(
        case.decision,
        rejected=case.request.assessment_result == AssessmentResult.REJECTED,
        in_hotel=place is not None and place.kind == PlaceKind.HOTEL,
        obligation=observation.obligation if observation else 0,
        counted_anew=bool(observation and observation.counted_anew),
    )


def holds_sentence(case: Case, observation: Observation | None, place: Place | None) -> Any:
    """The same in a sentence, in whatever language it is read; with what is still missing."""

    def sentence() -> str:
        _kind, why = holds(case, observation, place)
        missing = case.decision.waiting_for if why is Why.WAITS else ()
        return " ".join(str(each) for each in (HOLDS[why], *(WAITING[name] for name in missing)))

    return lazy(sentence, str)()


def assessment_matters(case: Case, observation: Observation | None) -> bool:
    """Whether it would change anything to assess the request for home observation."""
    _kind, why = holds(case, observation, None)
    return why not in (Why.RESTARTED, Why.FOLLOWS) and asks_assessment(case.decision)


def facts_of(case: Case) -> Facts:
    """The facts of a case that has its journey and its request."""
    journey, request = case.journey, case.request
    return Facts(
        arrived_at=case.arrival_at,
        birth_date=case.person.birth_date,
        entered_on=journey.entry_date,
        through_beijing=journey.entry_port in BEIJING_PORTS,
        purpose=journey.purpose,
        requested_mode=request.requested_mode,
        residence_kind=case.residence_kind,
        co_residents=case.co_residents.count(),
        grounds=frozenset(request.exception_grounds),
        applied_at=request.applied_at,
        approved=request.assessment_result == AssessmentResult.APPROVED,
        test_negative=_last_result(case) == TestResult.NEGATIVE,
        days_observed_elsewhere=journey.days_observed_elsewhere,
        observed_elsewhere_until=journey.observed_elsewhere_until,
        test_negative_elsewhere=journey.nat_negative_elsewhere,
    )


def _last_result(case: Case) -> str | None:
    """What the test showed whose result came last; None as long as there is none."""
    known = LabTest.objects.filter(observation__case=case, result_at__isnull=False)
    return known.order_by("result_at").values_list("result", flat=True).last()


def version_for(moment: datetime) -> PolicyVersion:
    """The version in force at the arrival; the first one for anybody who came before it."""
    versions = PolicyVersion.objects
    try:
        return versions.in_force_at(moment)
    except PolicyVersion.DoesNotExist:
        return versions.earliest("effective_from")


def decide(case: Case) -> Decision:
    """What the case's version says of its facts as they are now; nothing is changed by it."""
    return case.policy.decide(facts_of(case))
