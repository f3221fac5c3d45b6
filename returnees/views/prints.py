from __future__ import annotations

import re

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from houshayu import clock
from houshayu.address import asked
from houshayu.http import Request
from returnees import sheets
from returnees.forms.prints import LanguageForm
from returnees.models import Case
from returnees.sheets import batches
from returnees.sheets.answers import sheet_response
from returnees.sheets.kinds import SheetKind

NUMBER = re.compile(r"HSY-[0-9A-Z]{6}")


@require_safe
@permission_required("returnees.print_case", raise_exception=True)
def print_sheet(request: Request, number: str, sheet: str) -> HttpResponse:
    """One sheet of one case; ?second= asks for another second language than the person's own."""
    if sheet not in SheetKind.values:
        raise Http404
    in_hands = Case.objects.in_hands_of(request.user, "returnees.print_case")
    cases = sheets.with_everything(sheets.printable(in_hands, sheet))
    case = get_object_or_404(cases, number=number)
    html = sheets.SHEETS[sheet](case, LanguageForm(asked(request)).language)
    return sheet_response(request, html, f"{case.number}-{sheet}.pdf")


@require_POST
@permission_required("returnees.print_case", raise_exception=True)
def print_many(request: Request) -> HttpResponse:
    """Have one sheet printed of the chosen cases, into one file; cases without it are left out."""
    sheet = request.POST.get("sheet", "")
    if sheet not in SheetKind.values:
        raise Http404
    # What is no case number was not chosen on a page.
    chosen = {each for each in request.POST.getlist("chosen") if NUMBER.fullmatch(each)}
    in_hands = Case.objects.in_hands_of(request.user, "returnees.print_case")
    found = sheets.printable(in_hands, sheet).filter(number__in=chosen).order_by("number")
    numbers = list(found.values_list("number", flat=True))
    if len(numbers) > batches.AT_MOST:
        messages.warning(
            request,
            _("Please choose at most %(count)d cases at a time.") % {"count": batches.AT_MOST},
        )
        return redirect("returnees:case_list")
    if not numbers:
        messages.warning(request, _("None of the chosen cases has this sheet."))
        return redirect("returnees:case_list")
    if left_out := len(chosen) - len(numbers):
        messages.warning(
            request,
            ngettext(
                "%(count)d chosen case is left out: it does not have this sheet.",
                "%(count)d chosen cases are left out: they do not have this sheet.",
                left_out,
            )
            % {"count": left_out},
        )
    language = LanguageForm(request.POST).language
    return redirect(
        batches.ask(sheet, numbers, by=request.user, language=language, now=clock.now())
    )
