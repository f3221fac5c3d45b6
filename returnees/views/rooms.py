from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from houshayu import clock
from houshayu.acts import act_button, act_page, posted
from houshayu.address import asked
from houshayu.bulk import bulk_page
from houshayu.calendar import beijing_date
from houshayu.http import Request
from houshayu.models import Place, PlaceKind
from returnees import lodging
from returnees.forms.rooms import AddRoomsForm, BlockForm, FurnishForm
from returnees.models import Room
from returnees.room_bulk import ROOMS
from returnees.room_filters import RoomFilter, hotels_of


def _chosen(found: RoomFilter) -> Place | None:
    """The hotel that the address asks for."""
    return found.form.cleaned_data.get("place") if found.form.is_valid() else None


@require_safe
@permission_required("returnees.view_room", raise_exception=True)
def room_map(request: Request) -> HttpResponse:
    """The rooms of a hotel by floor: which are free, and who is in the others."""
    now = clock.now()
    hotels = lodging.capacities(hotels_of(request))
    first = {"place": hotels[0].place.code} if hotels else {}
    rooms = Room.objects.visible_to(request.user).select_related("place").with_guests()
    found = RoomFilter(asked(request, **first), rooms.in_order(), request=request)
    place = _chosen(found)
    context = {
        "filter": found,
        "hotels": hotels,
        "hotel": next((each for each in hotels if each.place == place), None),
        "floors": [
            (floor, list(on_it))
            for floor, on_it in groupby(found.qs, key=lambda room: (room.place, room.floor))
        ],
        "today": beijing_date(now),
        "bulk": ROOMS.offered_to(request.user),
    }
    return render(request, "returnees/room_map.html", context)


@require_POST
@permission_required("returnees.view_room", raise_exception=True)
def room_bulk(request: Request) -> HttpResponse:
    """One act with the rooms chosen on the map."""
    return bulk_page(request, ROOMS)


@permission_required("returnees.change_room", raise_exception=True)
def room_add(request: Request) -> HttpResponse:
    """Many rooms at once, by their numbers."""
    hotels = Place.objects.covered_by(request.user, "returnees.change_room").filter(
        kind=PlaceKind.HOTEL, is_active=True
    )
    shown = _chosen(RoomFilter(asked(request), Room.objects.none(), request=request))
    chosen = hotels.filter(pk=shown.pk).first() if shown else hotels.first()
    form = AddRoomsForm(posted(request), hotels=hotels, initial={"place": chosen})

    def add() -> str:
        added = lodging.add_rooms(**form.cleaned_data, by=request.user, now=clock.now())
        return ngettext("%(n)s room added.", "%(n)s rooms added.", len(added)) % {"n": len(added)}

    return act_page(
        request,
        form,
        add,
        title=_("Add rooms"),
        button=_("Add"),
        back="returnees:room_map",
        beside={lodging.RoomsThere: "numbers"},
    )


@permission_required("returnees.change_room", raise_exception=True)
def room_change(request: Request, pk: int) -> HttpResponse:
    room = _run_room(request, pk)
    form = FurnishForm(posted(request), instance=room)

    def change() -> str:
        room.furnish(**form.cleaned_data, by=request.user, now=clock.now())
        return _("Room %(room)s is changed.") % {"room": room}

    return act_page(
        request, form, change, title=_("Change the room"), button=_("Save"),
        back=_map_of(room), about=room,
    )  # fmt: skip


@permission_required("returnees.change_room", raise_exception=True)
def room_block(request: Request, pk: int) -> HttpResponse:
    room = _run_room(request, pk)
    form = BlockForm(posted(request))

    def block() -> str:
        room.block(**form.cleaned_data, by=request.user, now=clock.now())
        return _("Room %(room)s is blocked.") % {"room": room}

    return act_page(
        request, form, block, title=_("Block the room"), button=_("Block"),
        back=_map_of(room), about=room,
    )  # fmt: skip


@require_POST
@permission_required("returnees.change_room", raise_exception=True)
def room_unblock(request: Request, pk: int) -> HttpResponse:
    room = _run_room(request, pk)
    return _pressed(request, room, room.unblock, _("Room %(room)s is to be cleaned next."))


@require_POST
@permission_required("returnees.change_room", raise_exception=True)
def room_ready(request: Request, pk: int) -> HttpResponse:
    room = _run_room(request, pk)
    return _pressed(request, room, room.ready, _("Room %(room)s is free."))


def _pressed(request: Request, room: Room, act: Callable[..., None], done: str) -> HttpResponse:
    def do() -> str:
        act(by=request.user, now=clock.now())
        return done % {"room": room}

    return act_button(request, do, back=_map_of(room))


def _run_room(request: Request, pk: int) -> Room:
    return get_object_or_404(Room.objects.run_by(request.user).select_related("place"), pk=pk)


def _map_of(room: Room) -> str:
    return f"{reverse('returnees:room_map')}?place={room.place.code}"
