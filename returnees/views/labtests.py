from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from houshayu import clock
from houshayu.calendar import beijing_date
from houshayu.http import Request
from houshayu.shortcuts import redirect_back
from returnees import observing
from returnees.forms.cases import TestForm, TestPlanForm
from returnees.models import LabTest, Observation
from returnees.observing import LabTestClosed


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
        request.POST or None, today=beijing_date(clock.now()), until=observation.release_on
    )
    if request.method == "POST" and form.is_valid():
        try:
            observing.plan_test(
                observation, form.cleaned_data["due_on"], by=request.user, now=clock.now()
            )
        except LabTestClosed as closed:
            form.add_error("due_on", str(closed))
        else:
            messages.success(request, _("The test is planned."))
            return redirect(observation.case)
    context = {
        "case": observation.case,
        "form": form,
        "title": _("Plan a nucleic acid test"),
        "button": _("Plan the test"),
    }
    return render(request, "returnees/case_act.html", context)


@require_POST
@permission_required("returnees.record_labtest", raise_exception=True)
def labtest_record(request: Request, pk: int) -> HttpResponse:
    """A sample is taken (result pending), or its result has come."""
    test = get_object_or_404(
        LabTest.objects.held_by(request.user, "returnees.record_labtest").select_related(
            "observation__case"
        ),
        pk=pk,
    )
    form = TestForm(request.POST)
    if form.is_valid():
        observing.record_test(test, form.cleaned_data["result"], by=request.user, now=clock.now())
        messages.success(request, _("The test is recorded."))
    else:
        messages.error(request, _("Please choose a result."))
    return redirect_back(request, test.observation.case)
