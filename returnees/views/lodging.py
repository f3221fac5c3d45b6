from __future__ import annotations

from functools import partial

from django.contrib.auth.decorators import permission_required
from django.forms import BaseForm
from django.http import HttpResponse
from django.utils.translation import gettext as _

from houshayu import clock
from houshayu.acts import posted
from houshayu.calendar import beijing_date
from houshayu.http import Request
from houshayu.shortcuts import render_fragment
from returnees import lodging
from returnees.acts import case_act, held_case
from returnees.bulk import CASES
from returnees.columns import CASE_COLUMNS, listed
from returnees.forms.rooms import BESIDE, LodgingForm
from returnees.models import Case, Custody, Room, RoomStay


@permission_required("returnees.lodge_case", raise_exception=True)
def case_room(request: Request, number: str) -> HttpResponse:
    """Give the person a room, another one, or none; from the list, in its row."""
    case = held_case(request, number, "returnees.lodge_case")
    stay, now = RoomStay.objects.current_of(case), clock.now()
    form = LodgingForm(posted(request), initial={"room": stay.room if stay else ""})

    def lodge() -> str:
        begun = lodging.lodge(case, **form.cleaned_data, by=request.user, now=now)
        if begun is None:
            return _("%(case)s has no room now.") % {"case": case.person}
        return _("%(case)s is in room %(room)s.") % {"case": case.person, "room": begun.room}

    hotel = Custody.objects.holder_of(case)
    return case_act(
        request,
        case,
        form,
        lodge,
        title=_("Room"),
        button=_("Set the room"),
        beside=BESIDE,
        row=partial(_row, request, case),
        template="returnees/case_room.html",
        free=Room.objects.with_a_bed().filter(place=hotel).in_order(),
    )


def _row(request: Request, case: Case, filled_in: BaseForm | None) -> HttpResponse:
    """The case as a row of the list, with the room as it was typed if that was refused."""
    table, now = CASE_COLUMNS.table(request, bounded=False), clock.now()
    row = table.prepare(listed(Case.objects.all(), request.user)).get(pk=case.pk)
    context = {
        "case": row,
        "table": table,
        "now": now,
        "today": beijing_date(now),
        "bulk": CASES.offered_to(request.user),
        "room_form": filled_in,
    }
    status = 422 if filled_in else 200
    return render_fragment(request, "returnees/_case_row.html", context, status=status)
