from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from houshayu.dates import DayBox
from returnees.models import TestResult


class TestPlanForm(forms.Form):
    """When a further test is due: from today to the last day of the observation."""

    due_on = forms.DateField(label=_("Day of the test"), widget=DayBox())

    def __init__(self, *args: Any, today: date, until: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["due_on"] = today
        self.today, self.until = today, max(today, until)
        self.fields["due_on"].widget.attrs |= {"min": today, "max": self.until}

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if not self.today <= day <= self.until:
            raise forms.ValidationError(
                _("Please choose a day from today to the last day of the observation.")
            )
        return day


class TestForm(forms.Form):
    """What became of a planned test: the sample is taken, or the result is known."""

    result = forms.ChoiceField(label=_("Result"), choices=TestResult)
