from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from houshayu.address import asked
from houshayu.http import Request
from returnees.forms.prints import LanguageForm
from returnees.models import Case
from returnees.sheets import NoSuchSheet
from returnees.sheets.answers import sheet_response
from transfers import sheets
from transfers.models import Handoff


@require_safe
@permission_required("returnees.print_case", raise_exception=True)
def handoff_record(request: Request, pk: int) -> HttpResponse:
    """The record for both signatures; ?second= asks for another second language."""
    printable = Case.objects.visible_to(request.user, "returnees.print_case")
    handoffs = Handoff.objects.visible_to(request.user).filter(case__in=printable)
    handoff = get_object_or_404(
        handoffs.select_related("case__person", "case__document", "from_place", "to_place"), pk=pk
    )
    try:
        html = sheets.handoff_record(handoff, LanguageForm(asked(request)).language)
    except NoSuchSheet:
        raise Http404 from None
    return sheet_response(request, html, f"{handoff.case.number}-handoff-{handoff.pk}.pdf")
