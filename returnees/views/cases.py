from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from houshayu.address import address, asked
from houshayu.bulk import bulk_page
from houshayu.calendar import beijing_date
from houshayu.excel import excel_response
from houshayu.http import Request
from houshayu.listing import listing
from returnees import history
from returnees.bulk import CASES
from returnees.columns import CASE_COLUMNS, listed
from returnees.filters import CaseFilter
from returnees.models import Case

EXPORTED_AT_MOST = 20_000
EXPORTED_AT_ONCE = 500
NEWEST_FIRST = ["-opened_at", "-id"]


def _filtered(request: Request, permission: str) -> CaseFilter:
    visible = Case.objects.visible_to(request.user, permission)
    cases = listed(visible, request.user)
    return CaseFilter(asked(request), cases, request=request, permission=permission)


@require_safe
@permission_required("returnees.view_case", raise_exception=True)
def case_list(request: Request) -> HttpResponse:
    found = _filtered(request, "returnees.view_case")
    return listing(
        request,
        "returnees/case_list.html",
        found,
        order=NEWEST_FIRST,
        columns=CASE_COLUMNS,
        bulk=CASES,
        now=found.now,
        today=beijing_date(found.now),
    )


@require_POST
@permission_required("returnees.view_case", raise_exception=True)
def case_bulk(request: Request) -> HttpResponse:
    """One act with the cases chosen on the list."""
    return bulk_page(request, CASES)


@require_safe
@permission_required("returnees.export_case", raise_exception=True)
def case_export(request: Request) -> HttpResponse:
    found = _filtered(request, "returnees.export_case")
    if (count := found.qs.count()) > EXPORTED_AT_MOST:
        messages.warning(
            request,
            _(
                "There are %(count)s cases, but a file can hold only %(most)s: "
                "please narrow the filters."
            )
            % {"count": count, "most": EXPORTED_AT_MOST},
        )
        return redirect(address(request, reverse("returnees:case_list")))
    table = CASE_COLUMNS.table(request, bounded=found.bounded)
    cases = table.prepare(found.qs).order_by(*table.order(NEWEST_FIRST))
    rows = (table.values(case, found.now) for case in cases.iterator(chunk_size=EXPORTED_AT_ONCE))
    return excel_response("cases", table.titles, rows)


@require_safe
@permission_required("returnees.view_case", raise_exception=True)
def case_history(request: Request, number: str) -> HttpResponse:
    case = get_object_or_404(Case.objects.in_hands_of(request.user), number=number)
    context = {"case": case, "changes": history.changes(case)}
    return render(request, "returnees/case_history.html", context)
