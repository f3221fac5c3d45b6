"""Section C of the registration form, labelled by the model fields."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.timezone import make_naive
from django.utils.translation import gettext_lazy as _

from policy import Purpose
from returnees.forms.countries import CountryField
from returnees.forms.fields import date_input, label, may_be_left_out, moment_input, tidy
from returnees.models import (
    BEIJING_PORTS,
    Case,
    Journey,
    TransportMode,
)

seat_on_board = RegexValidator(
    r"^\d{1,2}[A-HJ-L]$", _("A seat in an aircraft is a row and a letter, like 31K.")
)
# The places of the world count their time from UTC-12 to UTC+14, some by quarter hours.
OFFSETS = [
    f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    for minutes in range(-720, 841, 15)
]
BEIJING_OFFSET = "+08:00"


class ArrivalForm(forms.ModelForm):
    """Section C, the moment that decides the policy and day 0."""

    bilingual = True
    companion = forms.CharField(
        label=label(Case, "travel_group"),
        required=False,
        help_text=_("The case number of a travelling companion, like HSY-7K3M9Q."),
    )
    only_there = forms.BooleanField(
        label=_("The last 14 days only in the place of departure"), required=False
    )
    # JSON lists the places.
    PAGE_ONLY = ("only_there",)

    class Meta:
        model = Case
        fields = ["expected_arrival_at"]
        widgets = {"expected_arrival_at": moment_input()}
        help_texts = {"expected_arrival_at": _("Beijing time. It decides the policy and day 0.")}


@may_be_left_out("entry_date")
class JourneyForm(forms.ModelForm):
    """Section C, the journey."""

    bilingual = True
    departure_country = CountryField(label=label(Journey, "departure_country"))
    departure_offset = forms.ChoiceField(
        label=_("Time zone of the departure"),
        choices=[(offset, f"UTC{offset}") for offset in OFFSETS],
        initial=BEIJING_OFFSET,
        required=False,
    )
    days_observed_elsewhere = forms.IntegerField(
        label=label(Journey, "days_observed_elsewhere"),
        min_value=0, max_value=30, required=False,
        widget=forms.NumberInput(attrs={"data-default": "0"}),
        help_text=_("Only for people who entered China outside Beijing; 0 if none."),
    )  # fmt: skip
    # A moment in JSON has its own offset.
    PAGE_ONLY = ("departure_offset",)

    class Meta:
        model = Journey
        fields = [
            "departure_country", "departure_city", "departure_time", "departure_offset",
            "transport_mode", "flight_number", "train_number", "seat_number", "entry_date",
            "entry_port", "days_observed_elsewhere", "observed_elsewhere_until",
            "nat_negative_elsewhere", "purpose", "onward_destination", "pickup",
        ]  # fmt: skip
        widgets = {
            "departure_time": moment_input(),
            "entry_date": date_input(),
            "observed_elsewhere_until": date_input(),
        }
        help_texts = {
            "departure_time": _("In the local time of the place of departure."),
            "flight_number": _("By air."),
            "train_number": _("By rail."),
            "entry_date": _("If left empty, the day of the arrival in Beijing."),
            "onward_destination": _("Only for people who travel on."),
        }

    def clean_flight_number(self) -> str:
        return tidy(self.cleaned_data["flight_number"])

    def clean_train_number(self) -> str:
        return tidy(self.cleaned_data["train_number"])

    def clean_seat_number(self) -> str:
        return tidy(self.cleaned_data["seat_number"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._clean_departure(data)
        mode = data.get("transport_mode")
        if mode == TransportMode.AIR and data.get("seat_number"):
            self._validate("seat_number", seat_on_board)
        for name, needed in (
            ("flight_number", mode == TransportMode.AIR),
            ("train_number", mode == TransportMode.RAIL),
        ):
            if needed and not data.get(name) and name not in self.errors:
                self.add_error(name, _("Please fill this in for this means of transport."))
        if data.get("purpose") == Purpose.TRANSIT and not data.get("onward_destination"):
            self.add_error("onward_destination", _("Please say where the person is going next."))
        self._clean_observed_elsewhere(data)
        return data

    def _clean_departure(self, data: dict[str, Any]) -> None:
        """What was typed is read on the clocks of the place, not on Beijing's."""
        if data.get("departure_time"):
            wall = make_naive(data["departure_time"]).isoformat()
            offset = data.get("departure_offset") or BEIJING_OFFSET
            data["departure_time"] = datetime.fromisoformat(wall + offset)

    def _clean_observed_elsewhere(self, data: dict[str, Any]) -> None:
        port, days = data.get("entry_port"), data.get("days_observed_elsewhere")
        if port in BEIJING_PORTS and days:
            self.add_error(
                "days_observed_elsewhere", _("Only for people who enter through another port.")
            )
        missing = days is None and "days_observed_elsewhere" not in self.errors
        if port and port not in BEIJING_PORTS and missing:
            self.add_error(
                "days_observed_elsewhere", _("Please give the number of days, 0 for none.")
            )
        if days and not data.get("observed_elsewhere_until"):
            self.add_error("observed_elsewhere_until", _("Please give the last day there."))
        if "days_observed_elsewhere" in data:
            data["days_observed_elsewhere"] = days or 0

    def _validate(self, name: str, validator: RegexValidator) -> None:
        try:
            validator(self.cleaned_data[name])
        except ValidationError as invalid:
            self.add_error(name, invalid)
