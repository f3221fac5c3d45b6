from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import personal
from policy import COLDEST, HOTTEST, is_fever
from returnees.keeping import HEALTH
from returnees.models.cases import Case

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LONGEST_PREGNANCY = 45  # weeks
in_range = [MinValueValidator(COLDEST), MaxValueValidator(HOTTEST)]


class TemperatureMethod(models.TextChoices):
    AXILLARY = "axillary", _("Under the arm")
    FOREHEAD = "forehead", _("Forehead")
    EAR = "ear", _("Ear")


class Symptom(models.TextChoices):
    """Customs declaration form, 4th edition (3 March 2020), and five more from chills on."""

    FEVER = "fever", _("Fever")
    FATIGUE = "fatigue", _("Fatigue")
    DRY_COUGH = "dry_cough", _("Dry cough")
    SPUTUM = "sputum", _("Cough with sputum")
    HEADACHE = "headache", _("Headache")
    SORE_THROAT = "sore_throat", _("Sore throat")
    SHORTNESS_OF_BREATH = "shortness_of_breath", _("Shortness of breath")
    DIFFICULTY_BREATHING = "difficulty_breathing", _("Difficulty breathing")
    CHEST_TIGHTNESS = "chest_tightness", _("Chest tightness")
    RED_EYES = "red_eyes", _("Red eyes")
    DIARRHEA = "diarrhea", _("Diarrhoea")
    CHILLS = "chills", _("Chills")
    RUNNY_NOSE = "runny_nose", _("Runny nose")
    STUFFY_NOSE = "stuffy_nose", _("Stuffy nose")
    MUSCLE_ACHE = "muscle_ache", _("Muscle ache")
    NAUSEA_VOMITING = "nausea_vomiting", _("Nausea or vomiting")
    OTHER = "other", _("Another symptom")


class ChronicCondition(models.TextChoices):
    CARDIOVASCULAR = "cardiovascular", _("Heart, vascular or brain disease")
    DIABETES = "diabetes", _("Diabetes")
    RESPIRATORY = "respiratory", _("Chronic respiratory disease")
    KIDNEY = "kidney", _("Kidney disease, dialysis")
    CANCER = "cancer", _("Cancer")
    IMMUNE = "immune", _("Immune disorder")
    MENTAL = "mental", _("Mental health condition")
    DISABILITY = "disability", _("Disability, needs care")
    OTHER = "other", _("Another condition")


def symptoms_field(label: StrPromise) -> ArrayField[list[str], list[str]]:
    """Any number of Symptom values, none for somebody who is well."""
    return ArrayField(
        models.CharField(max_length=24, choices=Symptom),
        verbose_name=label,
        default=list,
        blank=True,
    )


def needs_alert(temperature: Decimal, symptoms: list[str]) -> bool:
    """37.3 °C or above, or any symptom of the list."""
    return is_fever(temperature) or bool(symptoms)


@pghistory.track()
class HealthDeclaration(models.Model):
    """Section D: what the person declares about their health at registration."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="health")
    temperature = personal(
        HEALTH,
        models.DecimalField(
            _("Body temperature now (°C)"), max_digits=3, decimal_places=1, validators=in_range
        ),
    )
    temperature_method = personal(
        HEALTH,
        models.CharField(
            _("Method"), max_length=8, choices=TemperatureMethod, default=TemperatureMethod.AXILLARY
        ),
    )
    symptoms = personal(HEALTH, symptoms_field(_("Symptoms now or in the last 14 days")))
    symptom_onset = personal(HEALTH, models.DateField(_("Onset date"), null=True, blank=True))
    medicine_72h = personal(
        HEALTH, models.BooleanField(_("Fever, cold or cough medicine in the last 72 hours"))
    )
    medicine_72h_text = personal(
        HEALTH, models.CharField(_("Which medicine"), max_length=120, blank=True)
    )
    contact_case = personal(
        HEALTH,
        models.BooleanField(
            _("Contact with a confirmed, suspected or asymptomatic case in the last 14 days")
        ),
    )
    contact_case_on = personal(
        HEALTH, models.DateField(_("Date of the last contact"), null=True, blank=True)
    )
    contact_fever = personal(
        HEALTH, models.BooleanField(_("Contact with people with fever or respiratory symptoms"))
    )
    community_case = personal(
        HEALTH, models.BooleanField(_("Cases reported in the community you lived in"))
    )
    cluster = personal(
        HEALTH,
        models.BooleanField(
            _("Two or more people with fever or respiratory symptoms in the family or office")
        ),
    )
    tested_positive = personal(HEALTH, models.BooleanField(_("Ever tested positive")))
    tested_positive_on = personal(
        HEALTH, models.DateField(_("Date of the positive test"), null=True, blank=True)
    )
    medical_visit_14d = personal(
        HEALTH, models.BooleanField(_("Medical visit in the last 14 days"))
    )
    medical_visit_14d_text = personal(
        HEALTH, models.CharField(_("Where and why you saw a doctor"), max_length=200, blank=True)
    )
    chronic_conditions = personal(
        HEALTH,
        ArrayField(
            models.CharField(max_length=16, choices=ChronicCondition),
            verbose_name=_("Underlying conditions"),
            default=list,
            blank=True,
        ),
    )
    chronic_conditions_note = personal(
        HEALTH, models.CharField(_("Note on the conditions"), max_length=200, blank=True)
    )
    pregnant = personal(
        HEALTH, models.BooleanField(_("Pregnant or recently gave birth"), default=False)
    )
    pregnant_weeks = personal(
        HEALTH,
        models.PositiveSmallIntegerField(
            _("Weeks of pregnancy"),
            null=True,
            blank=True,
            validators=[MaxValueValidator(LONGEST_PREGNANCY)],
        ),
    )
    regular_medicine = personal(
        HEALTH, models.CharField(_("Regular medication"), max_length=120, blank=True)
    )
    regular_medicine_days = personal(
        HEALTH, models.PositiveSmallIntegerField(_("Days of medicine left"), null=True, blank=True)
    )

    class Meta:
        verbose_name = _("health declaration")
        constraints = [
            models.CheckConstraint(
                name="healthdeclaration_temperature_range",
                condition=Q(temperature__gte=COLDEST, temperature__lte=HOTTEST),
            ),
            models.CheckConstraint(
                name="healthdeclaration_method_known",
                condition=Q(temperature_method__in=TemperatureMethod.values),
            ),
            models.CheckConstraint(
                name="healthdeclaration_symptoms_known",
                condition=Q(symptoms__contained_by=Symptom.values),
            ),
            models.CheckConstraint(
                name="healthdeclaration_conditions_known",
                condition=Q(chronic_conditions__contained_by=ChronicCondition.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.temperature} °C"

    @property
    def needs_alert(self) -> bool:
        return needs_alert(self.temperature, self.symptoms)
