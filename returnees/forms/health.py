"""Sections D to G of the registration form, labelled by the model fields."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from policy import ExceptionGround, RequestedMode
from policy.forms import TemperatureField
from returnees.forms.answers import SeveralField, StatementField, YesNoField
from returnees.forms.fields import date_input, label, may_be_left_out
from returnees.models import (
    CarePreference,
    ChronicCondition,
    CustomsNeed,
    Declaration,
    HealthDeclaration,
    ObservationRequest,
    Symptom,
)


class HealthForm(forms.ModelForm):
    """Section D, the health declaration."""

    bilingual = True
    temperature = TemperatureField(label=label(HealthDeclaration, "temperature"))
    medicine_72h = YesNoField(label=label(HealthDeclaration, "medicine_72h"))
    contact_case = YesNoField(label=label(HealthDeclaration, "contact_case"))
    contact_fever = YesNoField(label=label(HealthDeclaration, "contact_fever"))
    community_case = YesNoField(label=label(HealthDeclaration, "community_case"))
    cluster = YesNoField(label=label(HealthDeclaration, "cluster"))
    tested_positive = YesNoField(label=label(HealthDeclaration, "tested_positive"))
    medical_visit_14d = YesNoField(label=label(HealthDeclaration, "medical_visit_14d"))
    symptoms = SeveralField(choices=Symptom, label=label(HealthDeclaration, "symptoms"))
    chronic_conditions = SeveralField(
        choices=ChronicCondition, label=label(HealthDeclaration, "chronic_conditions")
    )
    none_of_these = forms.BooleanField(
        label=_("No to all of these: no symptom, contact, test, illness or medicine"),
        required=False,
    )
    # JSON answers each question.
    PAGE_ONLY = ("none_of_these",)
    field_order = ("temperature", "temperature_method", "none_of_these")
    QUESTIONS = (
        "medicine_72h", "contact_case", "contact_fever", "community_case", "cluster",
        "tested_positive", "medical_visit_14d",
    )  # fmt: skip
    # What nobody who is well has anything to say to.
    ILL = (*QUESTIONS, "symptoms", "chronic_conditions", "pregnant", "regular_medicine")
    # Each answer with what must be filled in besides if it is yes.
    FOLLOW_UPS = {
        "medicine_72h": "medicine_72h_text",
        "contact_case": "contact_case_on",
        "tested_positive": "tested_positive_on",
        "medical_visit_14d": "medical_visit_14d_text",
    }

    class Meta:
        model = HealthDeclaration
        fields = [
            "temperature", "temperature_method", "symptoms", "symptom_onset", "medicine_72h",
            "medicine_72h_text", "contact_case", "contact_case_on", "contact_fever",
            "community_case", "cluster", "tested_positive", "tested_positive_on",
            "medical_visit_14d", "medical_visit_14d_text", "chronic_conditions",
            "chronic_conditions_note", "pregnant", "pregnant_weeks", "regular_medicine",
            "regular_medicine_days",
        ]  # fmt: skip
        widgets = {
            "symptom_onset": date_input(),
            "contact_case_on": date_input(),
            "tested_positive_on": date_input(),
        }
        help_texts = {"symptoms": _("Leave all boxes empty if the person is well.")}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("none_of_these"):
            self._answer_none(data)
        if (
            data.get("symptoms")
            and not data.get("symptom_onset")
            and "symptom_onset" not in self.errors
        ):
            self.add_error("symptom_onset", _("Please give the day the symptoms began."))
        for answer, follow_up in self.FOLLOW_UPS.items():
            if data.get(answer) and not data.get(follow_up) and follow_up not in self.errors:
                self.add_error(follow_up, _("Please fill this in: the answer above is yes."))
        if data.get("chronic_conditions") and not data.get("chronic_conditions_note"):
            self.add_error("chronic_conditions_note", _("Please note what the condition is."))
        return data

    def _answer_none(self, data: dict[str, Any]) -> None:
        """Questions left open are answered no; what is answered otherwise is asked again."""
        for name in self.QUESTIONS:
            if not self[name].data:
                self.errors.pop(name, None)
                data[name] = False
        if any(data.get(name) for name in self.ILL):
            self.add_error(
                "none_of_these",
                _("An answer below says something else: please correct it, or untick this box."),
            )


class RequestForm(forms.ModelForm):
    """Section E, which way of observation is asked for."""

    bilingual = True
    exception_grounds = SeveralField(
        choices=ExceptionGround, label=label(ObservationRequest, "exception_grounds")
    )
    separate_room = YesNoField(
        label=label(ObservationRequest, "separate_room"), required=False,
        help_text=_("For home observation."),
    )  # fmt: skip
    separate_bathroom = YesNoField(
        label=label(ObservationRequest, "separate_bathroom"), required=False,
        help_text=_("For home observation."),
    )  # fmt: skip

    class Meta:
        model = ObservationRequest
        fields = [
            "requested_mode", "exception_grounds", "caregiver_name", "separate_room",
            "separate_bathroom",
        ]  # fmt: skip
        help_texts = {
            "caregiver_name": _("At most one caregiver, who may not leave home either."),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("separate_room", "separate_bathroom"):
            if data.get("requested_mode") == RequestedMode.HOME and data.get(name) is None:
                self.add_error(name, _("Please answer this for home observation."))
            else:
                data[name] = bool(data.get(name))
        return data


class CareForm(forms.ModelForm):
    """Section F, needs the person chose to share."""

    bilingual = True
    customs = SeveralField(choices=CustomsNeed, label=label(CarePreference, "customs"))

    class Meta:
        model = CarePreference
        fields = [
            "diet", "allergy", "customs", "customs_note", "pets", "infant_supplies",
            "accessibility", "smoking", "network_and_desk", "psychological_support",
            "consular_contact",
        ]  # fmt: skip


@may_be_left_out("privacy_notice_language", "signed_by")
class DeclarationForm(forms.ModelForm):
    """Section G, the declaration and the separate consent."""

    bilingual = True
    truth_declaration = StatementField(label=label(Declaration, "truth_declaration"))
    privacy_notice_read = StatementField(label=label(Declaration, "privacy_notice_read"))
    sensitive_consent = YesNoField(
        label=label(Declaration, "sensitive_consent"),
        help_text=_(
            "Without this consent we still process what epidemic law requires, "
            "and do not keep section F."
        ),
    )

    class Meta:
        model = Declaration
        fields = [
            "truth_declaration", "privacy_notice_read", "privacy_notice_language",
            "sensitive_consent", "signed_by", "signed_relation",
        ]  # fmt: skip
        help_texts = {
            "privacy_notice_language": _("If left empty, the preferred language."),
            "signed_by": _("If left empty, the person; for a child under 14 the guardian."),
        }
