"""What the policy says about a case: its facts gathered and decided, and how they are called."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from policy import Decision, Facts
from policy.models import PolicyVersion
from returnees.models.journey import BEIJING_PORTS
from returnees.models.labtests import LabTest, TestResult
from returnees.models.requests import AssessmentResult

if TYPE_CHECKING:
    from returnees.models import Case

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
