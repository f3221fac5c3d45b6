"""What staff do with many rooms at once, from the map."""

from __future__ import annotations

from datetime import datetime

from django.forms import BaseForm
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from houshayu.bulk import BulkAct, BulkActs
from returnees.forms.rooms import BlockForm
from returnees.models import Room


def block_form(typed: QueryDict | None, _now: datetime) -> BaseForm:
    return BlockForm(typed)


ROOMS = BulkActs(
    page="returnees:room_map",
    address="returnees:room_bulk",
    visible=lambda user: Room.objects.visible_to(user).select_related("place"),
    name=lambda room: f"{room.place} {room}",
)
ROOMS.add(
    BulkAct(
        code="ready",
        label=_("Cleaned"),
        permission="returnees.change_room",
        rows=Room.objects.run_by,
        act=Room.ready,
    ),
    BulkAct(
        code="block",
        label=_("Block"),
        permission="returnees.change_room",
        rows=Room.objects.run_by,
        act=Room.block,
        form=block_form,
    ),
    BulkAct(
        code="unblock",
        label=_("Unblock"),
        permission="returnees.change_room",
        rows=Room.objects.run_by,
        act=Room.unblock,
    ),
)
