"""The sections of the registration form as the API shows them.

Each lists the fields of the form of the page, so the two cannot drift apart. What is protected
comes out masked.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from houshayu.api import MaskingSerializer
from returnees.forms import health, journey, person, stops
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
    community: serializers.Field = serializers.SlugRelatedField(
        label=_("Village or community"), slug_field="code", read_only=True, allow_null=True
    )

    class Meta:
        model = Case
        fields = person.DwellingForm.Meta.fields


class JourneySection(MaskingSerializer):
    class Meta:
        model = Journey
        # The page asks for the time zone beside the departure; here the moment itself has it.
        fields = [name for name in journey.JourneyForm.Meta.fields if name != "departure_offset"]


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
        fields = stops.TransitForm.Meta.fields


class VisitedRow(MaskingSerializer):
    class Meta:
        model = VisitedPlace
        fields = stops.VisitedForm.Meta.fields
