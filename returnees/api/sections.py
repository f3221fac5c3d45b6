"""The sections of the registration form as the API takes and tells them.

Each lists the fields of the form of the page, so the two cannot drift apart. What is protected
goes in whole and comes out masked.
"""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from houshayu.api import MaskingSerializer
from houshayu.models import Place
from returnees.documents.numbers import EARLIEST_BIRTH
from returnees.forms import health, journey, person
from returnees.models import (
    CarePreference,
    Case,
    CoResident,
    Declaration,
    HealthDeclaration,
    IdentityDocument,
    Journey,
    ObservationRequest,
    Person,
    TransitPoint,
    VisitedPlace,
)


class PersonSection(MaskingSerializer):
    class Meta:
        model = Person
        fields = person.PersonForm.Meta.fields


class DocumentSection(MaskingSerializer):
    class Meta:
        model = IdentityDocument
        fields = person.DocumentForm.Meta.fields


class ContactSection(MaskingSerializer):
    class Meta:
        model = Person
        fields = person.ContactForm.Meta.fields


class DwellingSection(MaskingSerializer):
    community = serializers.SlugRelatedField(
        label=_("Village or community"),
        slug_field="code",
        queryset=Place.objects.homes(),
        required=False,
        allow_null=True,
    )

    class Meta:
        model = Case
        fields = person.DwellingForm.Meta.fields


class ArrivalSection(MaskingSerializer):
    companion = serializers.CharField(
        label=_("Travelling companions"),
        help_text=_("The case number of somebody who travels along, like HSY-7K3M9Q."),
        max_length=10,
        required=False,
        write_only=True,
    )

    class Meta:
        model = Case
        fields = [*journey.ArrivalForm.Meta.fields, "companion"]


class JourneySection(MaskingSerializer):
    class Meta:
        model = Journey
        # The page asks for the time zone beside the departure; here the moment itself has it.
        fields = [name for name in journey.JourneyForm.Meta.fields if name != "departure_offset"]
        extra_kwargs = {"entry_date": {"validators": [MinValueValidator(EARLIEST_BIRTH)]}}


class HealthSection(MaskingSerializer):
    class Meta:
        model = HealthDeclaration
        fields = health.HealthForm.Meta.fields


class RequestSection(MaskingSerializer):
    class Meta:
        model = ObservationRequest
        fields = [*health.RequestForm.Meta.fields, "assessment_result"]
        read_only_fields = ["assessment_result"]


class CareSection(MaskingSerializer):
    class Meta:
        model = CarePreference
        fields = health.CareForm.Meta.fields


class DeclarationSection(MaskingSerializer):
    class Meta:
        model = Declaration
        fields = health.DeclarationForm.Meta.fields


class OfficeSection(MaskingSerializer):
    class Meta:
        model = Case
        fields = person.OfficeForm.Meta.fields


class CoResidentRow(MaskingSerializer):
    class Meta:
        model = CoResident
        fields = person.CoResidentForm.Meta.fields


class TransitRow(MaskingSerializer):
    class Meta:
        model = TransitPoint
        fields = journey.TransitForm.Meta.fields


class VisitedRow(MaskingSerializer):
    class Meta:
        model = VisitedPlace
        fields = journey.VisitedForm.Meta.fields
