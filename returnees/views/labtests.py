from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from houshayu import clock
from houshayu.http import Request
from returnees.forms.cases import TestForm
from returnees.models import LabTest


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
        test.record(form.cleaned_data["result"], by=request.user, now=clock.now())
        messages.success(request, _("The test is recorded."))
    else:
        messages.error(request, _("Please choose a result."))
    return redirect(test.observation.case)
