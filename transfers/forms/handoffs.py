from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from houshayu.dates import MomentBox
from houshayu.models import Place
from policy.forms import TemperatureField
from transfers.models import Handoff

FURTHEST_PLAN = timedelta(days=60)


class OfferForm(forms.ModelForm):
    """To whom the case is offered, and what is known of the way."""

    to_place = forms.ModelChoiceField(label=_("Hand over to"), queryset=Place.objects.none())

    class Meta:
        model = Handoff
        fields = [
            "to_place", "planned_at", "vehicle_plate", "driver", "escort", "luggage_pieces",
            "remarks",
        ]  # fmt: skip
        widgets = {"planned_at": MomentBox()}

    def __init__(self, *args: Any, places: QuerySet[Place], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_place"].queryset = places  # type: ignore[attr-defined]
        self.now = now

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


class AcceptForm(forms.Form):
    """What the receiving side notes when it takes the person over."""

    room = forms.RegexField(
        r"^[0-9A-Z-]{1,8}$",
        label=_("Hotel room"),
        required=False,
        error_messages={
            "invalid": _("A room number has up to eight digits and capital letters, like 0812.")
        },
    )
    temperature = TemperatureField(label=_("Temperature at handoff (°C)"), required=False)
    luggage_pieces = forms.IntegerField(
        label=_("Pieces of luggage"), required=False, min_value=0, max_value=99
    )
    commitment_signed = forms.BooleanField(
        label=_("The commitment letter is signed"),
        required=False,
        help_text=_("Required once, for home observation."),
    )


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
