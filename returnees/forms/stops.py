"""Section C of the registration form, a line each: where the person changed, and was before."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from returnees.forms.countries import CountryField
from returnees.forms.fields import date_input, label, moment_input, tidy
from returnees.models import (
    TransitPoint,
    VisitedPlace,
)
from returnees.models.journey import flight_number, train_number


class TransitForm(forms.ModelForm):
    """One line of section C: a place the person changed at."""

    bilingual = True
    country = CountryField(label=label(TransitPoint, "country"))

    class Meta:
        model = TransitPoint
        fields = ["country", "city", "arrived_at", "departed_at", "carrier"]
        widgets = {"arrived_at": moment_input(), "departed_at": moment_input()}
        help_texts = {"arrived_at": _("Beijing time."), "departed_at": _("Beijing time.")}

    def clean_carrier(self) -> str:
        carrier = tidy(self.cleaned_data["carrier"])
        numbers = (flight_number, train_number)
        if carrier and not any(re.match(number.regex, carrier) for number in numbers):
            raise ValidationError(_("Enter a flight like CA910 or a train like G2."))
        return carrier

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        arrived, departed = data.get("arrived_at"), data.get("departed_at")
        if arrived and departed and departed < arrived:
            self.add_error("departed_at", _("The departure is before the arrival there."))
        return data


class VisitedForm(forms.ModelForm):
    """One line of section C: where the person was in the 14 days before entry."""

    bilingual = True
    country = CountryField(label=label(VisitedPlace, "country"))

    class Meta:
        model = VisitedPlace
        fields = ["country", "city", "from_on", "until_on"]
        widgets = {"from_on": date_input(), "until_on": date_input()}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        begins, ends = data.get("from_on"), data.get("until_on")
        if begins and ends and ends < begins:
            raise ValidationError({"until_on": _("The stay ends before it begins.")})
        return data
