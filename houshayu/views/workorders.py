from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from houshayu import clock, workorders
from houshayu.acts import act_page, posted
from houshayu.address import asked
from houshayu.bulk import bulk_page
from houshayu.filters import WorkOrderFilter
from houshayu.forms import DirectiveForm, ResultForm
from houshayu.http import Request
from houshayu.listing import listing
from houshayu.many import WORK_ORDERS
from houshayu.models import Place, WorkOrder
from houshayu.models.workorders import link
from houshayu.shortcuts import render_fragment


@require_safe
@permission_required("houshayu.view_workorder", raise_exception=True)
def workorder_list(request: Request) -> HttpResponse:
    """Orders at the user's places and the user's own: open and late first, else newest first."""
    visible = WorkOrder.objects.visible_to(request.user).for_rows(request.user)
    found = WorkOrderFilter(asked(request), visible, request=request)
    done = found.is_valid() and found.form.cleaned_data["state"] == "done"
    return listing(
        request,
        "houshayu/workorder_list.html",
        found,
        order=["-done_at", "-id"] if done else ["due_at", "id"],
        bulk=WORK_ORDERS,
        complete=partial(link, user=request.user),
        now=clock.now(),
        form=ResultForm(),
    )


@require_POST
@permission_required("houshayu.view_workorder", raise_exception=True)
def workorder_bulk(request: Request) -> HttpResponse:
    """One act with the orders chosen on the list."""
    return bulk_page(request, WORK_ORDERS)


@require_safe
@permission_required("houshayu.view_workorder", raise_exception=True)
def workorder_detail(request: Request, pk: int) -> HttpResponse:
    visible = WorkOrder.objects.visible_to(request.user)
    order = get_object_or_404(visible, pk=pk)
    return _shown(request, order)


@permission_required("houshayu.add_workorder", raise_exception=True)
def workorder_open(request: Request) -> HttpResponse:
    """A directive to a place that the user answers for."""
    now = clock.now()
    places = Place.objects.covered_by(request.user, "houshayu.add_workorder").filter(is_active=True)
    form = DirectiveForm(posted(request), places=places, now=now)

    def give() -> HttpResponse:
        order = WorkOrder.objects.open_order(
            kind=workorders.DIRECTIVE.code, by=request.user, now=now, **form.cleaned_data
        )
        messages.success(request, _("The directive has been given."))
        return redirect(order)

    return act_page(
        request,
        form,
        give,
        title=_("Give a directive"),
        button=_("Give the directive"),
        back="workorder_list",
    )


@permission_required("houshayu.finish_workorder", raise_exception=True)
def workorder_done(request: Request, pk: int) -> HttpResponse:
    order = get_object_or_404(WorkOrder.objects.finishable_by(request.user), pk=pk)
    form = ResultForm(posted(request))

    def done() -> str:
        order.done(**form.cleaned_data, by=request.user, now=clock.now())
        return _("The work order is done.")

    return act_page(
        request,
        form,
        done,
        title=_("Mark as done"),
        button=_("Mark as done"),
        back=order,
        about=order,
        row=partial(_shown, request, order),
    )


def _shown(request: Request, order: WorkOrder, filled_in: BaseForm | None = None) -> HttpResponse:
    """The row where htmx asks for it, else the page; once more with what was filled in wrongly."""
    row = WorkOrder.objects.for_rows(request.user).get(pk=order.pk)
    link([row], request.user)
    status = 422 if filled_in else 200
    context = {"order": row, "now": clock.now(), "form": filled_in or ResultForm()}
    if request.htmx:
        return render_fragment(request, "houshayu/_workorder_row.html", context, status=status)
    return render(request, "houshayu/workorder_detail.html", context, status=status)
