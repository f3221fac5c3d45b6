"""Correcting what was entered wrongly: a check-in, the result of a test, a release of today."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from houshayu import clock
from houshayu.acts import posted
from houshayu.http import Request
from returnees import correcting
from returnees.acts import case_act
from returnees.forms.cases import ReasonForm
from returnees.forms.corrections import CheckInCorrectionForm, TestCorrectionForm
from returnees.models import CheckIn, LabTest, TestResult


def corrected() -> str:
    return _("Corrected; the first value is kept with the reason.")


@permission_required("returnees.record_checkin", raise_exception=True)
def checkin_correct(request: Request, pk: int) -> HttpResponse:
    """What was really measured, or that nobody was."""
    checkins = CheckIn.objects.held_by(request.user, "returnees.record_checkin")
    checkin = get_object_or_404(checkins.select_related("observation__case__person"), pk=pk)
    initial = {"temperature": checkin.temperature, "symptoms": checkin.symptoms}
    form = CheckInCorrectionForm(posted(request), initial=initial)

    def correct() -> str:
        data = form.cleaned_data
        how = {"by": request.user, "now": clock.now(), "reason": data["reason"]}
        if data["not_measured"]:
            correcting.remove_checkin(checkin, **how)
        else:
            correcting.correct_checkin(
                checkin, temperature=data["temperature"], symptoms=data["symptoms"], **how
            )
        return corrected()

    def what_follows() -> Promise | str:
        data = form.cleaned_data
        if data["not_measured"]:
            return _("The value is removed, and this check-in is missing again.")
        return correcting.what_follows(checkin, data["temperature"], data["symptoms"])

    title = _("Correct the check-in of day %(day)s, %(slot)s") % {
        "day": checkin.day,
        "slot": checkin.get_slot_display(),
    }
    return case_act(
        request,
        checkin.observation.case,
        form,
        correct,
        title=title,
        button=_("Correct"),
        confirm=what_follows,
    )


@permission_required("returnees.record_labtest", raise_exception=True)
def labtest_correct(request: Request, pk: int) -> HttpResponse:
    """Another result, none yet, or that no sample was taken."""
    tests = LabTest.objects.held_by(request.user, "returnees.record_labtest")
    test = get_object_or_404(
        tests.filter(sampled_at__isnull=False).select_related("observation__case__person"), pk=pk
    )
    form = TestCorrectionForm(posted(request))

    def correct() -> str:
        data = form.cleaned_data
        correcting.correct_test(
            test, data["result"], by=request.user, now=clock.now(), reason=data["reason"]
        )
        return corrected()

    def what_follows() -> Promise | str:
        result = form.cleaned_data["result"]
        if result == TestResult.POSITIVE:
            return correcting.ALERT_RAISED
        return correcting.ALERT_WITHDRAWN if test.result == TestResult.POSITIVE else ""

    return case_act(
        request,
        test.observation.case,
        form,
        correct,
        title=_("Correct the nucleic acid test"),
        button=_("Correct"),
        confirm=what_follows,
    )


@permission_required("returnees.release_case", raise_exception=True)
def release_take_back(request: Request, number: str) -> HttpResponse:
    """A release of today that should not have been."""
    cases = correcting.taken_back_by(request.user, clock.now()).select_related("person")
    case = get_object_or_404(cases, number=number)
    form = ReasonForm(posted(request))

    def take_back() -> str:
        correcting.take_back_release(
            case, by=request.user, now=clock.now(), reason=form.cleaned_data["reason"]
        )
        return _("The release is taken back; the observation goes on.")

    title = _("Take back the release")
    return case_act(
        request,
        case,
        form,
        take_back,
        title=title,
        button=title,
        confirm=_(
            "The observation goes on in your hands, and a certificate that was printed is "
            "withdrawn."
        ),
    )
