"""The sections of the registration form as the API takes and tells them.

Each lists the fields of the form of the page, so the two cannot drift apart. A phone and a
document number go in whole and come out masked.
"""

from __future__ import annotations

from typing import Any

from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from houshayu.models import Place
from houshayu.privacy.masking import mask_document, mask_phone
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


class PhoneField(serializers.CharField):
    """Taken whole, told masked: 139******78."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 20} | kwargs)

    def to_representation(self, value: str) -> str:
        return mask_phone(value)


class DocumentNumberField(serializers.CharField):
    """Taken whole, told masked: E1*****78."""

    def to_representation(self, value: str) -> str:
        return mask_document(value)


class PersonSection(serializers.ModelSerializer):
    guardian_phone = PhoneField(label=_("Guardian's phone"), required=False, allow_blank=True)

    class Meta:
        model = Person
        fields = person.PersonForm.Meta.fields


class DocumentSection(serializers.ModelSerializer):
    document_number = DocumentNumberField(label=_("Document number"), max_length=40)

    class Meta:
        model = IdentityDocument
        fields = person.DocumentForm.Meta.fields


class ContactSection(serializers.ModelSerializer):
    phone_cn = PhoneField(label=_("Mobile number in China"), required=False, allow_blank=True)
    phone_intl = PhoneField(label=_("Mobile number abroad"), required=False, allow_blank=True)

    class Meta:
        model = Person
        fields = person.ContactForm.Meta.fields


class DwellingSection(serializers.ModelSerializer):
    community = serializers.SlugRelatedField(
        label=_("Village or community"),
        slug_field="code",
        queryset=Place.objects.homes(),
        required=False,
        allow_null=True,
    )
    emergency_contact_phone = PhoneField(label=_("Emergency contact's phone"))
    # It has a phone number in the middle of its text, which can't be masked.
    landlord_or_agent = serializers.CharField(
        label=_("Landlord or agent, phone"),
        max_length=120,
        required=False,
        allow_blank=True,
        write_only=True,
    )

    class Meta:
        model = Case
        fields = person.DwellingForm.Meta.fields


class ArrivalSection(serializers.ModelSerializer):
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


class JourneySection(serializers.ModelSerializer):
    class Meta:
        model = Journey
        # The page asks for the time zone beside the departure; here the moment itself has it.
        fields = [name for name in journey.JourneyForm.Meta.fields if name != "departure_offset"]
        extra_kwargs = {"entry_date": {"validators": [MinValueValidator(EARLIEST_BIRTH)]}}


class HealthSection(serializers.ModelSerializer):
    class Meta:
        model = HealthDeclaration
        fields = health.HealthForm.Meta.fields


class RequestSection(serializers.ModelSerializer):
    class Meta:
        model = ObservationRequest
        fields = [*health.RequestForm.Meta.fields, "assessment_result"]
        read_only_fields = ["assessment_result"]


class CareSection(serializers.ModelSerializer):
    class Meta:
        model = CarePreference
        fields = health.CareForm.Meta.fields


class DeclarationSection(serializers.ModelSerializer):
    class Meta:
        model = Declaration
        fields = health.DeclarationForm.Meta.fields


class OfficeSection(serializers.ModelSerializer):
    class Meta:
        model = Case
        fields = person.OfficeForm.Meta.fields


class CoResidentRow(serializers.ModelSerializer):
    class Meta:
        model = CoResident
        fields = person.CoResidentForm.Meta.fields


class TransitRow(serializers.ModelSerializer):
    class Meta:
        model = TransitPoint
        fields = journey.TransitForm.Meta.fields


class VisitedRow(serializers.ModelSerializer):
    class Meta:
        model = VisitedPlace
        fields = journey.VisitedForm.Meta.fields
