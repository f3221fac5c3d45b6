"""Sections A to G in one request, judged by the form of the page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from houshayu import clock
from houshayu.api_forms import FormInput, checked, errors_of, errors_of_parts, reading_json, refuse
from houshayu.exceptions import Conflict
from houshayu.models import Place, User
from returnees.forms.registration import MOST_ROWS, RegistrationForm
from returnees.models import Case, Custody
from returnees.registration import Registration, likely_duplicates


class LikelyDuplicate(Conflict):
    """Somebody who may be the same person has an open case; nothing was saved."""


class WhereForm(forms.Form):
    """The place that registers the person, and whether they were looked for before."""

    place = forms.ModelChoiceField(
        label=gettext_lazy("Place"),
        queryset=Place.objects.none(),
        error_messages={"invalid_choice": gettext_lazy("You can't register people at this place.")},
    )
    not_a_duplicate = forms.BooleanField(
        label=gettext_lazy("This is somebody else"), required=False
    )

    def __init__(self, data: Any, *, places: QuerySet[Place]) -> None:
        super().__init__(data)
        self.fields["place"].queryset = places  # type: ignore[attr-defined]


class RegistrationInput(FormInput):
    """The form of a person's return: its sections, and its lists of rows."""

    form_class = WhereForm

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        for name, part in RegistrationForm(now=clock.now()).parts.items():
            if isinstance(part, BaseFormSet):
                # Nobody comes from nowhere: at least one place was visited.
                needed = name == "visited"
                fields[name] = FormInput.of(part.form)(  # type: ignore[call-arg]
                    many=True, required=needed, allow_empty=not needed, max_length=MOST_ROWS
                )
            else:
                section = FormInput.of(type(part))()
                section.required = any(field.required for field in section.fields.values())
                fields[name] = section
        return fields


def read_registration(data: Any, *, by: User, now: datetime) -> tuple[Place, Registration]:
    """The place that registers, and the unsaved rows of what a request says.

    Raises the ValidationError answered with 400, by section and field; and LikelyDuplicate,
    unless the request says that it is somebody else.
    """
    answers = checked(RegistrationInput, data)
    own = {name: answers.pop(name) for name in WhereForm.base_fields if name in answers}
    places = Place.objects.covered_by(by, "returnees.add_case").holders()
    where = reading_json(WhereForm(own, places=places))
    companions = Case.objects.open().visible_to(by)
    form = RegistrationForm(answers, now=now, companions=companions, in_json=True)
    form.is_valid()
    refuse(errors_of(where) | errors_of_parts(form.parts))
    registration = form.registration()
    if not where.cleaned_data["not_a_duplicate"]:
        _look_for_duplicates(registration, by)
    return where.cleaned_data["place"], registration


def _look_for_duplicates(registration: Registration, user: User) -> None:
    """Raises LikelyDuplicate; it names the cases the user may see, and of others only the place."""
    person, document = registration.person, registration.document
    found = likely_duplicates(
        document_type=document.document_type,
        number=document.document_number,
        birth_date=person.birth_date,
        name_zh=person.name_zh,
        name_latin=person.name_latin,
    )
    if named := [_named(case, user) for case in found]:
        raise LikelyDuplicate(
            _(
                "This person may already be registered: %(cases)s. If it is somebody else, "
                "send not_a_duplicate."
            )
            % {"cases": ", ".join(named)}
        )


def _named(case: Case, user: User) -> str:
    if Case.objects.visible_to(user).filter(pk=case.pk).exists():
        return case.number
    return str(Custody.objects.holder_of(case))
