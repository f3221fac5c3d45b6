from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from houshayu import clock
from houshayu.address import address, asked
from houshayu.http import Request
from houshayu.models import Place
from policy import Slot, current_slot
from returnees import rounds
from returnees.forms.rounds import ReadingForm, RoundForm
from returnees.models import Case, Observation

# More people than this are taken floor by floor.
COMFORTABLE = 100
# In the address, for those of a place who have no room; a real floor has no small letters.
NO_FLOOR = "none"


def _chosen(request: Request) -> dict[str, Any]:
    """Place, day, slot and floor of the address, or what staff are at just now.

    What was typed belongs to the day and slot that the page was shown for, which it sends along.
    """
    places = Place.objects.covered_by(request.user, "returnees.record_checkin").holders()
    on, slot = current_slot(clock.now())
    form = RoundForm(asked(request, typed=("on", "slot")), places=places)
    form.is_valid()
    # What is wrong in an address counts as not asked for; the rest of it holds.
    data = form.cleaned_data
    return {
        "form": form,
        "places": places,
        "place": data.get("place"),
        "on": data.get("on") or on,
        "slot": data.get("slot") or slot,
        "floor": data.get("floor", ""),
        "only_missing": data.get("only_missing", False),
    }


def _rows(chosen: dict[str, Any]) -> QuerySet[Observation]:
    place_ids = (
        [chosen["place"].pk] if chosen["place"] else chosen["places"].values_list("pk", flat=True)
    )
    rows = rounds.round_list(place_ids, chosen["on"], chosen["slot"])
    if chosen["floor"]:
        rows = rows.filter(floor="" if chosen["floor"] == NO_FLOOR else chosen["floor"])
    return rows


def _smaller(chosen: dict[str, Any], parts: list[rounds.Part]) -> dict[str, str]:
    """The place, and if need be the floor, to begin with where there are too many for a page."""
    place_id = chosen["place"].pk if chosen["place"] else None
    here = [p for p in parts if place_id in (None, p.place_id)]
    if chosen["floor"] or sum(p.people for p in here) <= COMFORTABLE:
        return {}
    first = next((p for p in here if p.missing), here[0])
    in_place = [p for p in here if p.place_id == first.place_id]
    if sum(p.people for p in in_place) > COMFORTABLE and len(in_place) > 1:
        return {"place": str(first.place_id), "floor": first.floor or NO_FLOOR}
    return {"place": str(first.place_id)} if place_id is None else {}


def _typed(data: QueryDict) -> set[int]:
    """For which observations a temperature was filled in."""
    keys = (key.removesuffix("-temperature") for key in data if key.endswith("-temperature"))
    return {
        int(key)
        for key in keys
        if key.isdecimal() and len(key) < 20 and str(data[f"{key}-temperature"]).strip()
    }


@permission_required("returnees.record_checkin", raise_exception=True)
def round(request: Request) -> HttpResponse:
    """The people of a place, or of one of its floors, with one line each for this slot."""
    chosen = _chosen(request)
    parts = rounds.parts(
        chosen["places"].values_list("pk", flat=True), chosen["on"], chosen["slot"]
    )
    floors = [
        (part.floor or NO_FLOOR, part)
        for part in parts
        if not chosen["place"] or chosen["place"].pk == part.place_id
    ]
    if chosen["floor"] not in dict(floors):
        chosen["floor"] = ""  # of another place, which was left for this one
    chosen["form"].show_floors(dict(floors) if chosen["place"] else {}, no_room=NO_FLOOR)
    data = request.POST if request.method == "POST" else None
    if data is None and (smaller := _smaller(chosen, parts)):
        return redirect(address(request, request.path, **smaller))
    typed = _typed(data) if data is not None else set()
    # What was typed stays a line, whoever has recorded that person in the meantime.
    rows = [
        row
        for row in _rows(chosen)
        if not (chosen["only_missing"] and row.checked) or row.pk in typed
    ]
    waiting = [row for row in rows if not row.checked]
    early = rounds.is_early(chosen["on"], chosen["slot"], clock.now())
    lines = {
        row.pk: ReadingForm(data, observation=row, early=early)
        for row in rows
        if not row.checked or row.pk in typed
    }
    if gone := typed - lines.keys():
        _say_who_is_gone(request, gone)
    if data is not None and all(line.is_valid() for line in lines.values()):
        _record(request, chosen, [line for line in lines.values() if line.filled])
        return redirect(_where_to_go_on(request, chosen))
    names = {place.pk: place for place in chosen["places"]}
    by_place: Counter[int] = Counter()
    for part in parts:
        by_place[part.place_id] += part.missing
    context = chosen | {
        "rows": [
            {"observation": row, "place": names.get(row.place_id), "line": lines.get(row.pk)}
            for row in rows
        ],
        "places_missing": [(names[pk], missing) for pk, missing in by_place.items()],
        "floors": floors if chosen["place"] else [],
        "overdue": [
            (each, each.days_overdue(chosen["on"]))
            for each in rounds.overdue(
                [chosen["place"].pk] if chosen["place"] else list(names), chosen["on"]
            )
        ],
        "waiting": len(waiting),
        "slot_label": Slot(chosen["slot"]).label,
        "too_early": chosen["on"] > _today(),
        "early": early,
    }
    status = 200 if data is None else 422
    return render(request, "returnees/round.html", context, status=status)


def _say_who_is_gone(request: Request, gone: set[int]) -> None:
    known = Observation.objects.filter(
        pk__in=gone, case__in=Case.objects.visible_to(request.user)
    ).values_list("case__number", flat=True)
    if known:
        messages.warning(
            request,
            _("Not recorded, because they are no longer on this list: %(cases)s")
            % {"cases": ", ".join(known)},
        )


def _today() -> date:
    return current_slot(clock.now())[0]


def _where_to_go_on(request: Request, chosen: dict[str, Any]) -> str:
    """The same page while anybody on it is missing, then the next floor where somebody is."""
    if not (chosen["place"] and chosen["floor"]):
        return request.get_full_path()
    floor = "" if chosen["floor"] == NO_FLOOR else chosen["floor"]
    now = rounds.parts([chosen["place"].pk], chosen["on"], chosen["slot"])
    missing = [part.floor for part in now if part.missing]
    if not missing or floor in missing:
        return request.get_full_path()
    following = next((each for each in missing if each > floor), missing[0])
    return address(request, request.path, floor=following or NO_FLOOR)


def _record(request: Request, chosen: dict[str, Any], lines: list[ReadingForm]) -> None:
    if chosen["on"] > _today():
        messages.warning(request, _("A check-in can't be recorded before its day."))
        return
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
                "%(n)s alert was raised; the coordinator and the medical group were notified.",
                "%(n)s alerts were raised; the coordinator and the medical group were notified.",
                alerts,
            )
            % {"n": alerts},
        )
    if done.ended:
        _say_who_is_gone(request, {observation.pk for observation in done.ended})
    if done.already_there:
        messages.warning(
            request,
            _("Other people recorded these first; their values stay: %(cases)s")
            % {"cases": ", ".join(o.case.number for o in done.already_there)},
        )
