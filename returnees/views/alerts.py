from __future__ import annotations

from functools import partial

from django.contrib.auth.decorators import permission_required
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from houshayu import clock
from houshayu.acts import act_button, posted
from houshayu.address import asked
from houshayu.bulk import bulk_page
from houshayu.http import Request
from houshayu.listing import listing
from houshayu.shortcuts import render_fragment
from returnees.acts import case_act
from returnees.alert_filters import AlertFilter
from returnees.bulk import ALERTS
from returnees.forms.alerts import AlertStepForm, ResolutionForm
from returnees.models import Alert, AlertStep


@require_safe
@permission_required("returnees.view_case", raise_exception=True)
def alert_list(request: Request) -> HttpResponse:
    alerts = Alert.objects.visible_to(request.user).for_rows(request.user)
    return listing(
        request,
        "returnees/alert_list.html",
        AlertFilter(asked(request), alerts, request=request),
        order=["-raised_at", "-id"],
        bulk=ALERTS,
        form=ResolutionForm(alert=Alert()),
    )


@require_POST
@permission_required("returnees.view_case", raise_exception=True)
def alert_bulk(request: Request) -> HttpResponse:
    """One act with the alerts chosen on the list."""
    return bulk_page(request, ALERTS)


@require_POST
@permission_required("returnees.handle_alert", raise_exception=True)
def alert_acknowledge(request: Request, pk: int) -> HttpResponse:
    alert = get_object_or_404(Alert.objects.handled_by(request.user), pk=pk)

    def acknowledge() -> str:
        alert.acknowledge(by=request.user, now=clock.now())
        return _("You are on it.")

    row = partial(_row, request, alert)
    return act_button(request, acknowledge, back="returnees:alert_list", row=row)


@permission_required("returnees.handle_alert", raise_exception=True)
def alert_step(request: Request, pk: int) -> HttpResponse:
    """Something was done about the alert: one press."""
    alerts = Alert.objects.handled_by(request.user).select_related("case__person")
    alert = get_object_or_404(alerts, pk=pk)
    form = AlertStepForm(posted(request))

    def take() -> str:
        step = AlertStep.objects.take(
            alert, form.cleaned_data["step"], by=request.user, now=clock.now()
        )
        return _("Noted: %(step)s.") % {"step": step}

    title, button = _("Step of the alert"), _("Note the step")
    return case_act(
        request,
        alert.case,
        form,
        take,
        title=title,
        button=button,
        back="returnees:alert_list",
        row=lambda _filled_in: _row(request, alert, None),
    )


@permission_required("returnees.handle_alert", raise_exception=True)
def alert_resolve(request: Request, pk: int) -> HttpResponse:
    alerts = Alert.objects.handled_by(request.user).select_related("case__person")
    alert = get_object_or_404(alerts, pk=pk)
    form = ResolutionForm(posted(request), alert=alert)

    def resolve() -> str:
        alert.resolve(**form.cleaned_data, by=request.user, now=clock.now())
        return _("The alert is settled.")

    return case_act(
        request,
        alert.case,
        form,
        resolve,
        title=_("Settle the alert"),
        button=_("Settle the alert"),
        back="returnees:alert_list",
        row=partial(_row, request, alert),
    )


def _row(request: Request, alert: Alert, filled_in: BaseForm | None) -> HttpResponse:
    row = Alert.objects.for_rows(request.user).get(pk=alert.pk)
    context = {"alert": row, "form": filled_in or ResolutionForm(alert=row)}
    return render_fragment(
        request, "returnees/_alert_row.html", context, status=422 if filled_in else 200
    )
