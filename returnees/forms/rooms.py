"""Which room somebody gets, and which rooms a hotel has."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from houshayu.models import Place
from returnees import lodging
from returnees.forms.room_numbers import RoomField, as_written
from returnees.lodging import RoomRefused, StrangersInRoom
from returnees.models import Room
from returnees.models.rooms import MOST_BEDS

# The field that a refusal belongs to; the first that fits.
BESIDE = {StrangersInRoom: "sharing_reason", RoomRefused: "room"}


class LodgingForm(forms.Form):
    """Which room of its hotel a case gets; none takes it out of the room it has."""

    room = RoomField(required=False)
    sharing_reason = forms.CharField(
        label=_("Why strangers share the room"),
        max_length=200,
        required=False,
        help_text=_("Only where people who do not travel together share it; it is kept."),
    )


class BlockForm(forms.Form):
    """Why nobody moves into a room."""

    reason = forms.CharField(
        label=_("Why it is blocked"),
        max_length=200,
        error_messages={"required": _("Please say why.")},
    )


class FurnishForm(forms.ModelForm):
    """What a room is like."""

    class Meta:
        model = Room
        fields = ["beds", "floor", "accessible"]
        widgets = {"beds": forms.NumberInput(attrs={"min": 1, "max": MOST_BEDS})}

    def clean_floor(self) -> str:
        return as_written(self.cleaned_data["floor"])


class AddRoomsForm(FurnishForm):
    """Many rooms of one kind; hotels: those whose rooms the user runs."""

    place = forms.ModelChoiceField(label=_("Hotel"), queryset=Place.objects.none())
    numbers = forms.CharField(
        label=_("Room numbers"),
        max_length=400,
        help_text=_("One by one or from – to: 301-320, 401, 403."),
    )
    field_order = ["place", "numbers", "beds", "floor", "accessible"]

    def __init__(self, *args: Any, hotels: QuerySet[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = hotels  # type: ignore[attr-defined]
        self.fields["floor"].help_text = _("Empty: as the numbers say, 3 for 301.")

    def clean_numbers(self) -> list[str]:
        door = RoomField()
        try:
            numbers = lodging.read_numbers(as_written(self.cleaned_data["numbers"]))
        except ValueError as wrong:
            raise forms.ValidationError(
                _("%(part)s is not from a lower to a higher number, or too many at once."),
                params={"part": str(wrong)},
            ) from None
        return [door.clean(number) for number in numbers]
