"""Sections A to G in one request, held to the rules of the form on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.forms import BaseForm, ModelForm
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from houshayu.exceptions import Conflict
from houshayu.models import Place, User
from returnees.api import sections
from returnees.forms.registration import MOST_ROWS, RegistrationForm
from returnees.models import Case, Custody
from returnees.registration import Registration, likely_duplicates

ROWS = ("co_residents", "transits", "visited")


class LikelyDuplicate(Conflict):
    """Somebody who may be the same person has an open case; nothing was saved."""


class RegistrationSerializer(serializers.Serializer):
    """The form of a person's return; what it says is judged by the form of the page."""

    place = serializers.SlugRelatedField(
        label=gettext_lazy("Place"), slug_field="code", queryset=Place.objects.holders()
    )
    not_a_duplicate = serializers.BooleanField(
        label=gettext_lazy("It is somebody else"), default=False
    )
    person = sections.PersonSection()
    document = sections.DocumentSection()
    contact = sections.ContactSection()
    dwelling = sections.DwellingSection()
    co_residents = sections.CoResidentRow(many=True, required=False, max_length=MOST_ROWS)  # type: ignore[call-arg]
    arrival = sections.ArrivalSection()
    journey = sections.JourneySection()
    transits = sections.TransitRow(many=True, required=False, max_length=MOST_ROWS)  # type: ignore[call-arg]
    visited = sections.VisitedRow(many=True, allow_empty=False, max_length=MOST_ROWS)  # type: ignore[call-arg]
    health = sections.HealthSection()
    request = sections.RequestSection()
    care = sections.CareSection(required=False)
    declaration = sections.DeclarationSection()
    office = sections.OfficeSection()

    def validate_place(self, place: Place) -> Place:
        user, mine = self.context["request"].user, "returnees.add_case"
        if not Place.objects.covered_by(user, mine).filter(pk=place.pk).exists():
            raise serializers.ValidationError(_("You do not register people at this place."))
        return place

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        now = self.context["now"]
        companions = Case.objects.open().visible_to(self.context["request"].user)
        self.form = RegistrationForm(_typed(data, now=now), now=now, companions=companions)
        if not self.form.is_valid():
            raise serializers.ValidationError(dict(_errors(self.form)))
        return data

    def registration(self, *, by: User) -> Registration:
        """The unsaved rows of a valid request.

        Raises LikelyDuplicate unless the request says that it is somebody else; it names the
        cases the user may see, and of others only the place to ask.
        """
        registration: Registration = self.form.registration()
        if not self.validated_data["not_a_duplicate"]:
            person, document = registration.person, registration.document
            found = likely_duplicates(
                document_type=document.document_type,
                number=document.document_number,
                birth_date=person.birth_date,
                name_zh=person.name_zh,
                name_latin=person.name_latin,
            )
            if told := [_told(case, by) for case in found]:
                raise LikelyDuplicate(
                    _(
                        "This person may be registered already: %(cases)s. "
                        "Send not_a_duplicate if it is somebody else."
                    )
                    % {"cases": ", ".join(told)}
                )
        return registration


def _told(case: Case, user: User) -> str:
    if Case.objects.visible_to(user).filter(pk=case.pk).exists():
        return case.number
    return str(Custody.objects.holder_of(case))


def _typed(data: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """The request as the page would send it; of a choice left out the model's default."""
    typed: dict[str, Any] = {}
    for name, section in vars(RegistrationForm(now=now)).items():
        if isinstance(section, BaseFormSet):
            rows = data.get(name, [])
            typed |= {f"{name}-TOTAL_FORMS": len(rows), f"{name}-INITIAL_FORMS": 0}
            for number, row in enumerate(rows):
                typed |= _answers(f"{name}-{number}", section.form, row)
        elif isinstance(section, ModelForm):
            typed |= _answers(name, type(section), data.get(name, {}))
    return typed


def _answers(prefix: str, form: type[ModelForm], given: Mapping[str, Any]) -> dict[str, Any]:
    """What a page would send of a form; prepare_value words an answer as its widget does."""
    model = form._meta.model._meta
    defaults = {
        name: model.get_field(name).get_default()
        for name in form._meta.fields or ()
        if name not in form.declared_fields and model.get_field(name).choices
    }
    return {
        f"{prefix}-{name}": form.base_fields[name].prepare_value(value)
        for name, value in {**defaults, **given}.items()
    }


def _errors(form: RegistrationForm) -> Iterator[tuple[str, Any]]:
    """What is wrong, by section and field."""
    for name, part in vars(form).items():
        if isinstance(part, BaseForm) and part.errors:
            yield name, _of_form(part)
    for name in ROWS:
        rows = [_of_form(row) for row in getattr(form, name)]
        if any(rows):
            yield name, rows


def _of_form(form: BaseForm) -> dict[str, list[str]]:
    return {
        "non_field_errors" if name == "__all__" else name: [str(error) for error in errors]
        for name, errors in form.errors.items()
    }
