from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from houshayu.acts import Beside
from houshayu.dates import MomentBox
from houshayu.models import Place, PlaceKind
from policy.forms import TemperatureField
from returnees.forms import arrivals, rooms
from returnees.forms.arrivals import ArrivalMomentForm
from returnees.forms.rooms import LodgingForm
from returnees.models import Case
from transfers.models import CommitmentMissing, Handoff
from transfers.targets import TargetField

FURTHEST_PLAN = timedelta(days=60)
# The field that a refusal to accept belongs to; the first that fits.
ACCEPTING: Beside = {CommitmentMissing: "commitment_signed", **rooms.BESIDE, **arrivals.BESIDE}


class OfferForm(forms.ModelForm):
    """To whom the case is offered, and what is known of the way."""

    to_place = TargetField(label=_("Hand over to"))

    class Meta:
        model = Handoff
        fields = [
            "to_place", "planned_at", "vehicle_plate", "driver", "escort", "luggage_pieces",
            "remarks",
        ]  # fmt: skip
        widgets = {"planned_at": MomentBox()}

    def __init__(self, *args: Any, places: QuerySet[Place], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target: Any = self.fields["to_place"]
        target.set_places(places)
        self.now = now

    def propose(self, cases: Sequence[Case]) -> None:
        """Fill in where these people usually go next, for somebody who may choose another place."""
        if self.is_bound:
            return
        target: Any = self.fields["to_place"]
        self.initial["to_place"] = target.usual_for(cases, self.now)

    def clean_planned_at(self) -> datetime | None:
        """Refuse a time that no handoff can have: a slip of the month or the year."""
        planned_at: datetime | None = self.cleaned_data["planned_at"]
        if planned_at and planned_at > self.now + FURTHEST_PLAN:
            raise forms.ValidationError(_("A handoff can be planned at most 60 days ahead."))
        if planned_at and planned_at < self.now - FURTHEST_PLAN:
            raise forms.ValidationError(_("Please check the year."))
        return planned_at


class ManyOfferForm(OfferForm):
    """To whom several cases are offered, and what is the same for all of them."""

    class Meta(OfferForm.Meta):
        fields = ["to_place", "planned_at", "vehicle_plate", "driver", "escort"]


class RoomOrNoneYetForm(LodgingForm):
    """The room that somebody taken over by a hotel gets, or that there is none for them yet."""

    without_room = forms.BooleanField(
        label=_("Without a room yet"),
        required=False,
        help_text=_("In a hotel: a room is given later, and waited for."),
    )
    field_order = ["room", "without_room", "sharing_reason"]

    def __init__(self, *args: Any, to_place: Place | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_rooms = to_place is not None and to_place.kind == PlaceKind.HOTEL
        if not self.has_rooms:
            for name in RoomOrNoneYetForm.base_fields:
                self.fields[name].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        # Said aloud, so that nobody forgets it; it is stored by there being no stay.
        without = data.pop("without_room", False)
        if "room" in data:
            if not self.has_rooms and data["room"]:
                self.add_error("room", _("Only a hotel has rooms."))
            elif self.has_rooms and bool(data["room"]) == without:
                self.add_error("room", _("Give a room, or say that there is none yet."))
        return data


class PurposeForm(forms.Form):
    """What an offer is for, where the link to its form says so."""

    to_observe = forms.BooleanField(required=False)

    @property
    def is_to_observe(self) -> bool:
        """Whether the person is taken to where a centralized observation may be."""
        return self.is_valid() and self.cleaned_data["to_observe"]


class AcceptForm(RoomOrNoneYetForm, ArrivalMomentForm):
    """What the receiving side notes when it takes the person over, and when they arrived."""

    temperature = TemperatureField(label=_("Temperature at handoff (°C)"), required=False)
    luggage_pieces = forms.IntegerField(
        label=_("Pieces of luggage"), required=False, min_value=0, max_value=99
    )
    commitment_signed = forms.BooleanField(
        label=_("The commitment letter is signed"),
        required=False,
        help_text=_("Required once, for home observation."),
    )

    @property
    def noted(self) -> dict[str, Any]:
        """What Handoff.accept() takes of a valid form."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "sure_at"}
        return data | {"sure": self.is_sure}


class AcceptRowForm(AcceptForm):
    """As one row of many: what few rows need is asked where it is needed."""

    def __init__(self, data: Any = None, *, handoff: Any, **kwargs: Any) -> None:
        """handoff: one fetched for_rows()."""
        super().__init__(data, to_place=handoff.to_place, case=handoff.case_to_arrive, **kwargs)
        del self.fields["luggage_pieces"]
        self._rare: dict[str, forms.Widget] = {}
        if not handoff.asks_commitment:
            self._hide("commitment_signed")
        if not self.data.get(self.add_prefix("sharing_reason")):
            self._hide("sharing_reason")

    def _hide(self, name: str) -> None:
        self._rare[name] = self.fields[name].widget
        self.fields[name].widget = forms.HiddenInput()

    def add_error(self, field: str | None, error: Any) -> None:
        """A refusal shows the field that settles it: strangers in the room, why they share it."""
        if field in self._rare:
            self.fields[field].widget = self._rare[field]
        super().add_error(field, error)


class DeclineForm(forms.Form):
    """Why the receiving side can't take the person over."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        error_messages={"required": _("Please say why, so that the sender knows.")},
    )


class CancelForm(forms.Form):
    """Why the sending side takes its offer back, if it says so."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
