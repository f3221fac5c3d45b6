from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from houshayu import clock
from houshayu.http import Request
from houshayu.keyset import keyset_page
from houshayu.shortcuts import redirect_back, render_fragment
from returnees.forms.cases import ResolutionForm
from returnees.models import Alert


@require_safe
@permission_required("returnees.view_case", raise_exception=True)
def alert_list(request: Request) -> HttpResponse:
    alerts = Alert.objects.visible_to(request.user).for_rows(request.user)
    settled = request.GET.get("state") == "settled"
    alerts = alerts.filter(resolved_at__isnull=False) if settled else alerts.open()
    page = keyset_page(request, alerts, order=["-raised_at", "-id"])
    context = {"page": page, "settled": settled, "form": ResolutionForm()}
    return render(request, "returnees/alert_list.html", context)


@require_POST
@permission_required("returnees.handle_alert", raise_exception=True)
def alert_acknowledge(request: Request, pk: int) -> HttpResponse:
    alert = get_object_or_404(Alert.objects.handled_by(request.user), pk=pk)
    alert.acknowledge(by=request.user, now=clock.now())
    messages.success(request, _("You are on it."))
    return _row(request, alert)


@require_POST
@permission_required("returnees.handle_alert", raise_exception=True)
def alert_resolve(request: Request, pk: int) -> HttpResponse:
    alert = get_object_or_404(Alert.objects.handled_by(request.user), pk=pk)
    form = ResolutionForm(request.POST)
    if form.is_valid():
        alert.resolve(
            form.cleaned_data["resolution"],
            by=request.user,
            now=clock.now(),
            note=form.cleaned_data["note"],
        )
        messages.success(request, _("The alert is settled."))
        return _row(request, alert)
    messages.error(request, _("Please say how the alert was settled."))
    return _row(request, alert, form)


def _row(request: Request, alert: Alert, filled_in: ResolutionForm | None = None) -> HttpResponse:
    if not request.htmx:
        return redirect_back(request, "returnees:alert_list")
    row = Alert.objects.for_rows(request.user).get(pk=alert.pk)
    context = {"alert": row, "form": filled_in or ResolutionForm()}
    return render_fragment(
        request, "returnees/_alert_row.html", context, status=422 if filled_in else 200
    )
