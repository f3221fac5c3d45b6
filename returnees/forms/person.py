"""Sections A and B of the registration form, labelled by the model fields; and the office part."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from houshayu.dates import DayBox
from policy import ResidenceKind
from returnees import names
from returnees.countries import STATELESS
from returnees.documents import DocumentType
from returnees.documents.numbers import EARLIEST_BIRTH
from returnees.forms.answers import YesNoField
from returnees.forms.countries import NationalityField
from returnees.forms.fields import date_input, label, may_be_left_out
from returnees.forms.homes import HomeField
from returnees.forms.masked import MaskedForm
from returnees.forms.phones import LANDLINE_CN, PHONE_CN, PHONE_INTL, PhoneField
from returnees.models import (
    Case,
    CoResident,
    IdentityDocument,
    Person,
    PersonCategory,
)

wechat = RegexValidator(
    r"^[A-Za-z][A-Za-z0-9_-]{5,19}$",
    _("A WeChat ID has 6 to 20 letters, digits, _ or -, and begins with a letter."),
)
ANY_PHONE = _("Please give the number with its area code, or with + and the country code.")


@may_be_left_out("preferred_language")
class PersonForm(MaskedForm):
    """Section A, the person."""

    bilingual = True
    nationality = NationalityField(
        label=label(Person, "nationality"),
        required=False,
        help_text=_("Stateless people may leave it empty."),
    )
    needs_interpreter = YesNoField(label=label(Person, "needs_interpreter"))
    guardian_phone = PhoneField(
        PHONE_CN, PHONE_INTL, LANDLINE_CN, problem=ANY_PHONE,
        label=label(Person, "guardian_phone"), required=False,
    )  # fmt: skip

    class Meta:
        model = Person
        fields = [
            "person_category", "name_zh", "surname_latin", "given_names_latin", "gender",
            "birth_date", "nationality", "occupation", "employer_or_school",
            "preferred_language", "needs_interpreter", "guardian_name", "guardian_phone",
        ]  # fmt: skip
        widgets = {"birth_date": DayBox({"placeholder": "1988-02-14"})}
        help_texts = {
            "name_zh": _("For Chinese citizens and compatriots."),
            "surname_latin": _("Required for every passport. Enter a single name here."),
            "preferred_language": _("If left empty, the language of the nationality."),
            "guardian_name": _("Under 18 on the day of arrival."),
        }

    def clean_birth_date(self) -> date:
        born: date = self.cleaned_data["birth_date"]
        if born < EARLIEST_BIRTH:
            raise ValidationError(_("Please check the year: it can't be before 1900."))
        return born

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self._clean_nationality(data)
        names_given = {"name_zh", "surname_latin"}
        if not names_given & self.errors.keys() and not any(map(data.get, names_given)):
            self.add_error("surname_latin", _("Please give a name, in Chinese or latin letters."))
        return data

    def _clean_nationality(self, data: dict[str, Any]) -> None:
        if data.get("nationality") or "nationality" in self.errors:
            return
        if data.get("person_category") == PersonCategory.STATELESS:
            data["nationality"] = STATELESS
        else:
            self.add_error("nationality", _("Please give the nationality."))

    def clean_name_zh(self) -> str:
        return names.clean_name_zh(self.cleaned_data["name_zh"])

    def clean_surname_latin(self) -> str:
        return names.clean_name_latin(self.cleaned_data["surname_latin"])

    def clean_given_names_latin(self) -> str:
        return names.clean_name_latin(self.cleaned_data["given_names_latin"])


class DocumentForm(MaskedForm):
    """Section A, the document; its number is checked against the person by the whole form."""

    bilingual = True

    class Meta:
        model = IdentityDocument
        fields = [
            "document_type", "document_number", "document_expiry", "document_note", "visa_type",
        ]  # fmt: skip
        widgets = {
            "document_number": forms.TextInput(attrs={"autocomplete": "off", "class": "number"}),
            "document_expiry": date_input(),
        }
        help_texts = {
            "document_note": _("For another document."),
            "visa_type": _("For foreign nationals."),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("document_type") == DocumentType.OTHER and not data.get("document_note"):
            self.add_error("document_note", _("Please say what kind of document it is."))
        return data

    def validate_unique(self) -> None:
        """A known document means the same person coming again; the registration finds them."""


class ContactForm(MaskedForm):
    """Section B, how to reach the person."""

    bilingual = True
    phone_cn = PhoneField(
        PHONE_CN, problem=_("A mobile number in China has eleven digits, like 13800001234."),
        label=label(Person, "phone_cn"), required=False,
        help_text=_("One of the two numbers is needed."),
    )  # fmt: skip
    phone_intl = PhoneField(
        PHONE_INTL, problem=_("A number abroad begins with + and the country code: +12025550100."),
        label=label(Person, "phone_intl"), required=False,
    )  # fmt: skip

    class Meta:
        model = Person
        fields = ["phone_cn", "phone_intl", "wechat_id", "email"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wechat_id"].validators.append(wechat)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not data.get("phone_cn") and not data.get("phone_intl"):
            self.add_error("phone_cn", _("One phone number is needed, in China or abroad."))
        return data

    def _post_clean(self) -> None:
        """The person is validated with section A, which has the rest of it."""


class DwellingForm(MaskedForm):
    """Section B, where the person lives, and whom to call for them."""

    bilingual = True
    community = HomeField(label=label(Case, "community"), required=False)
    emergency_contact_phone = PhoneField(
        PHONE_CN, LANDLINE_CN,
        problem=_("Please give a number in China: mobile or with area code."),
        label=label(Case, "emergency_contact_phone"),
    )  # fmt: skip

    class Meta:
        model = Case
        fields = [
            "community", "compound", "building", "unit", "room", "residence_kind",
            "landlord_or_agent", "emergency_contact_name", "emergency_contact_phone",
            "emergency_contact_relation", "address_abroad",
        ]  # fmt: skip

        widgets = {"compound": forms.TextInput(attrs={"list": "compounds"})}
        help_texts = {
            "community": _("People who live in another sub-district will be handed over to it."),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        kind = data.get("residence_kind")
        if kind and ResidenceKind(kind).is_dwelling:
            if not data.get("community") and "community" not in self.errors:
                self.add_error("community", _("Please choose the village or community."))
            if not data.get("room"):
                self.add_error("room", _("Please give the full address, with the door number."))
        return data


class CoResidentForm(forms.ModelForm):
    """One line of section B: who lives in the same dwelling."""

    bilingual = True

    class Meta:
        model = CoResident
        fields = ["name", "relation", "age", "back_from_abroad"]


class OfficeForm(forms.ModelForm):
    """The office part: how the form came in, and through whom."""

    bilingual = True

    class Meta:
        model = Case
        fields = ["intake_channel", "badge_number", "interpreter"]
