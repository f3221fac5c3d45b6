from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from houshayu.calendar import beijing_date
from houshayu.dates import DayBox
from houshayu.models import Place
from policy import COLDEST, FEVER, HOTTEST, Slot
from policy.forms import TemperatureField
from returnees.models import Channel, Observation, Symptom, TemperatureMethod
from returnees.rounds import SAY_WHY_EARLY, Reading, is_early


class RoundForm(forms.Form):
    """Which round: the place, the day and slot, and the floor of a hotel."""

    place = forms.ModelChoiceField(
        label=_("Place"),
        queryset=Place.objects.none(),
        required=False,
        empty_label=_("All my places"),
    )
    on = forms.DateField(label=_("Day"), required=False, widget=DayBox())
    slot = forms.ChoiceField(
        label=_("Slot"), choices=[("", _("Now")), *Slot.choices], required=False
    )
    floor = forms.CharField(label=_("Floor"), max_length=8, required=False)
    only_missing = forms.BooleanField(label=_("Only people not yet measured"), required=False)

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places  # type: ignore[attr-defined]

    def show_floors(self, floors: Iterable[str], *, no_room: str) -> None:
        """Offer these floors to choose from; no_room stands for those of a place without one."""
        choices = [(floor, _("no room yet") if floor == no_room else floor) for floor in floors]
        self.fields["floor"].widget = forms.Select(choices=[("", _("All floors")), *choices])


class SlotForm(forms.Form):
    """Which check-in: the calendar day in Beijing, morning or evening."""

    on = forms.DateField(label=_("Day"), widget=DayBox())
    slot = forms.ChoiceField(label=_("Slot"), choices=Slot)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > beijing_date(self.now):
            raise forms.ValidationError(_("A check-in can't be recorded before its day."))
        return on

    @property
    def early(self) -> bool:
        """Whether the slot has not begun; of a valid form."""
        return is_early(self.cleaned_data["on"], self.cleaned_data["slot"], self.now)


class MeasuredForm(forms.Form):
    """What was measured at one person."""

    temperature = TemperatureField(
        label=_("Body temperature (°C)"),
        widget=forms.TextInput(
            attrs={
                "inputmode": "decimal",
                "autocomplete": "off",
                "class": "temperature",
                "data-coldest": COLDEST,
                "data-hottest": HOTTEST,
                "data-fever": FEVER,
            }
        ),
    )
    symptoms = forms.MultipleChoiceField(
        label=_("Symptoms"),
        choices=Symptom,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    method = forms.ChoiceField(
        label=_("Method"),
        choices=TemperatureMethod,
        required=False,
        initial=TemperatureMethod.AXILLARY,
    )
    channel = forms.ChoiceField(
        label=_("Channel"), choices=Channel, required=False, initial=Channel.STAFF
    )

    early_reason = forms.CharField(label=_("Early, because"), max_length=200, required=False)

    def check_time(self, *, early: bool) -> None:
        """A value before its slot begins says why; the error stands beside that field."""
        measured = self.cleaned_data.get("temperature") is not None
        if early and measured and not self.cleaned_data.get("early_reason"):
            self.add_error("early_reason", SAY_WHY_EARLY)

    def reading_of(self, observation: Observation) -> Reading:
        """What was measured as the round records it; of a valid form that has a temperature."""
        data = self.cleaned_data
        return Reading(
            observation=observation,
            temperature=data["temperature"],
            symptoms=tuple(dict.fromkeys(data["symptoms"])),
            method=data["method"] or self.fields["method"].initial,
            channel=data["channel"] or self.fields["channel"].initial,
            early_reason=data.get("early_reason", ""),
        )


class ReadingForm(MeasuredForm):
    """One person's line in a round; an empty temperature means not measured yet.

    early: the slot has not begun, so that the line asks why.
    """

    def __init__(self, data: Any, *, observation: Observation, early: bool = False) -> None:
        super().__init__(data, prefix=str(observation.pk), auto_id=f"r{observation.pk}-%s")
        self.fields["temperature"].required = False
        self.observation, self.early = observation, early
        if not early:
            del self.fields["early_reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("symptoms") and data.get("temperature") is None and not self.errors:
            self.add_error("temperature", _("Please measure the temperature too."))
        self.check_time(early=self.early)
        return data

    @property
    def filled(self) -> bool:
        return self.cleaned_data.get("temperature") is not None

    def reading(self) -> Reading:
        """The line as the round records it; of a filled, valid form."""
        return self.reading_of(self.observation)
