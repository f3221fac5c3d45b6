from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from houshayu import clock
from houshayu.http import Request
from houshayu.models import Place
from houshayu.policy import current_slot
from returnees import rounds
from returnees.forms.rounds import ReadingForm, RoundForm
from returnees.models import Observation, Slot


def _chosen(request: Request) -> dict[str, Any]:
    """Place, day, slot and floor of the address, or what staff are at just now."""
    places = Place.objects.covered_by(request.user, "returnees.record_checkin").holders()
    on, slot = current_slot(clock.now())
    form = RoundForm(request.GET, places=places)
    data = form.cleaned_data if form.is_valid() else {}
    return {
        "form": form,
        "places": places,
        "place": data.get("place"),
        "on": data.get("on") or on,
        "slot": data.get("slot") or slot,
        "floor": data.get("floor", ""),
        "only_missing": data.get("only_missing", False),
    }


def _rows(chosen: dict[str, Any]) -> list[Observation]:
    place_ids = (
        [chosen["place"].pk] if chosen["place"] else chosen["places"].values_list("pk", flat=True)
    )
    rows = rounds.round_list(place_ids, chosen["on"], chosen["slot"])
    if chosen["floor"]:
        rows = rows.filter(floor=chosen["floor"])
    if chosen["only_missing"]:
        rows = rows.filter(checked=False)
    return list(rows[:500])


@permission_required("returnees.record_checkin", raise_exception=True)
def round(request: Request) -> HttpResponse:
    """The people of a place, or of one of its floors, with one line each for this slot."""
    chosen = _chosen(request)
    rows = _rows(chosen)
    waiting = [row for row in rows if not row.checked]
    data = request.POST if request.method == "POST" else None
    lines = {row.pk: ReadingForm(data, observation=row) for row in waiting}
    if data is not None and all(line.is_valid() for line in lines.values()):
        return _record(request, chosen, [line for line in lines.values() if line.filled])
    names = {place.pk: place for place in chosen["places"]}
    context = chosen | {
        "rows": [
            {"observation": row, "place": names.get(row.place_id), "line": lines.get(row.pk)}
            for row in rows
        ],
        "floors": sorted({row.floor for row in rows if row.floor}),
        "waiting": len(waiting),
        "slot_label": Slot(chosen["slot"]).label,
        "too_early": chosen["on"] > _today(),
    }
    return render(request, "returnees/round.html", context)


def _today() -> date:
    return current_slot(clock.now())[0]


def _record(request: Request, chosen: dict[str, Any], lines: list[ReadingForm]) -> HttpResponse:
    if chosen["on"] > _today():
        messages.warning(request, _("A check-in can't be recorded before its day."))
        return redirect(request.get_full_path())
    done = rounds.record(
        [line.reading() for line in lines],
        on=chosen["on"],
        slot=chosen["slot"],
        by=request.user,
        now=clock.now(),
    )
    count = len(done.recorded)
    messages.success(
        request,
        ngettext("%(n)s check-in recorded.", "%(n)s check-ins recorded.", count) % {"n": count},
    )
    alerts = sum(checkin.needs_alert for checkin in done.recorded)
    if alerts:
        messages.error(
            request,
            ngettext(
                "%(n)s alert was raised; the coordinator and the medical group were told.",
                "%(n)s alerts were raised; the coordinator and the medical group were told.",
                alerts,
            )
            % {"n": alerts},
        )
    if done.already_there:
        messages.warning(
            request,
            _("Somebody else had recorded these already, and that stays: %(cases)s")
            % {"cases": ", ".join(o.case.number for o in done.already_there)},
        )
    return redirect(request.get_full_path())
