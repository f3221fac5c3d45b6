from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from houshayu import clock
from houshayu.acts import posted
from houshayu.calendar import beijing_date
from houshayu.http import Request
from returnees import observing
from returnees.acts import case_act
from returnees.forms.labtests import TestForm, TestPlanForm
from returnees.models import LabTest, Observation, TestResult
from returnees.observing import LabTestClosed

# Of a result, which decides what happens to the person; a sample that is taken decides nothing.
WHAT_FOLLOWS = {
    TestResult.POSITIVE: gettext_lazy(
        "The result is recorded as positive: an alert is raised, and the coordinator and the "
        "medical group are notified at once."
    ),
    TestResult.NEGATIVE: gettext_lazy(
        "The result is recorded as negative, and counts for the release of the person."
    ),
}


@permission_required("returnees.record_labtest", raise_exception=True)
def labtest_plan(request: Request, number: str) -> HttpResponse:
    """A test beside those that the policy asks for."""
    observation = get_object_or_404(
        Observation.objects.held_by(request.user, "returnees.record_labtest").select_related(
            "case__person"
        ),
        case__number=number,
    )
    form = TestPlanForm(
        posted(request), today=beijing_date(clock.now()), until=observation.release_on
    )

    def plan() -> str:
        day = form.cleaned_data["due_on"]
        observing.plan_test(observation, day, by=request.user, now=clock.now())
        return _("The test is planned.")

    return case_act(
        request,
        observation.case,
        form,
        plan,
        title=_("Plan a nucleic acid test"),
        button=_("Plan the test"),
        beside={LabTestClosed: "due_on"},
    )


@permission_required("returnees.record_labtest", raise_exception=True)
def labtest_record(request: Request, pk: int) -> HttpResponse:
    """A sample is taken (result pending), or its result has come."""
    tests = LabTest.objects.held_by(request.user, "returnees.record_labtest")
    test = get_object_or_404(tests.select_related("observation__case__person"), pk=pk)
    form = TestForm(posted(request))

    def record() -> str:
        result = form.cleaned_data["result"]
        observing.record_test(test, result, by=request.user, now=clock.now())
        return _("The test is recorded.")

    def what_follows() -> Promise | str:
        return WHAT_FOLLOWS.get(form.cleaned_data["result"], "")

    title, button = _("Nucleic acid test"), _("Record the test")
    case = test.observation.case
    return case_act(request, case, form, record, title=title, button=button, confirm=what_follows)
