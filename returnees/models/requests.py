import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import personal
from houshayu.moods import Mood
from policy import ExceptionGround, RequestedMode
from returnees.keeping import CARE, DECLARED, OBSERVING
from returnees.models.cases import Case
from returnees.names import FULL_NAME_LENGTH


class AssessmentResult(models.TextChoices):
    PENDING = "pending", _("Waiting for assessment")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")

    @property
    def mood(self) -> Mood:
        return {
            AssessmentResult.PENDING: Mood.WAIT,
            AssessmentResult.APPROVED: Mood.GOOD,
            AssessmentResult.REJECTED: Mood.REFUSED,
        }[self]


@pghistory.track()
class ObservationRequest(models.Model):
    """Section E: which way of observation is asked for, why, and what was decided."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="request")
    requested_mode = personal(
        OBSERVING, models.CharField(_("Requested mode"), max_length=11, choices=RequestedMode)
    )
    exception_grounds = personal(
        OBSERVING,
        ArrayField(
            models.CharField(max_length=18, choices=ExceptionGround),
            verbose_name=_("Ground"),
            default=list,
            blank=True,
        ),
    )
    applied_at = personal(OBSERVING, models.DateTimeField(_("Applied at")))
    caregiver_name = personal(
        OBSERVING, models.CharField(_("Caregiver"), max_length=FULL_NAME_LENGTH, blank=True)
    )
    separate_room = personal(OBSERVING, models.BooleanField(_("Own room"), default=False))
    separate_bathroom = personal(OBSERVING, models.BooleanField(_("Own bathroom"), default=False))
    assessment_result = personal(
        OBSERVING,
        models.CharField(
            _("Assessment"),
            max_length=8,
            choices=AssessmentResult,
            default=AssessmentResult.PENDING,
        ),
    )
    assessment_reason = personal(
        OBSERVING, models.CharField(_("Reason"), max_length=200, blank=True)
    )
    community_assessor = personal(
        OBSERVING, models.CharField(_("Assessor, community"), max_length=80, blank=True)
    )
    health_assessor = personal(
        OBSERVING, models.CharField(_("Assessor, health professional"), max_length=80, blank=True)
    )
    assessed_at = personal(OBSERVING, models.DateTimeField(_("Assessed at"), null=True, blank=True))
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    commitment_signed_at = personal(
        OBSERVING, models.DateTimeField(_("Commitment letter signed"), null=True, blank=True)
    )

    class Meta:
        verbose_name = _("observation request")
        permissions = [("assess_observation", "Can assess a request for home observation")]
        constraints = [
            models.CheckConstraint(
                name="observationrequest_mode_known",
                condition=Q(requested_mode__in=RequestedMode.values),
            ),
            models.CheckConstraint(
                name="observationrequest_grounds_known",
                condition=Q(exception_grounds__contained_by=ExceptionGround.values),
            ),
            models.CheckConstraint(
                name="observationrequest_result_known",
                condition=Q(assessment_result__in=AssessmentResult.values),
            ),
            models.CheckConstraint(
                name="observationrequest_two_assessors",
                condition=Q(assessment_result=AssessmentResult.PENDING, assessed_at=None)
                | (
                    Q(assessed_at__isnull=False)
                    & ~Q(community_assessor="")
                    & ~Q(health_assessor="")
                    & ~Q(health_assessor=F("community_assessor"))
                    & (
                        Q(assessment_result=AssessmentResult.APPROVED)
                        | (
                            Q(assessment_result=AssessmentResult.REJECTED)
                            & ~Q(assessment_reason="")
                        )
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_requested_mode_display()}: {self.get_assessment_result_display()}"

    @property
    def standing(self) -> AssessmentResult:
        return AssessmentResult(self.assessment_result)


class Diet(models.TextChoices):
    NONE = "none", _("No requirement")
    HALAL = "halal", _("Halal")
    VEGETARIAN = "vegetarian", _("Vegetarian")
    VEGAN = "vegan", _("Vegan")
    KOSHER = "kosher", _("Kosher")
    NO_PORK = "no_pork", _("No pork")


class CustomsNeed(models.TextChoices):
    PRAYER_TIMES = "prayer_times", _("Prayer times")
    FASTING = "fasting", _("Fasting period")
    FESTIVAL = "festival", _("Festival")
    OTHER = "other", _("Another custom")


@pghistory.track()
class CarePreference(models.Model):
    """Section F: needs the person chose to share. The need is asked for, never the belief."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="care")
    diet = personal(
        CARE, models.CharField(_("Diet"), max_length=10, choices=Diet, default=Diet.NONE)
    )
    allergy = personal(CARE, models.CharField(_("Allergy"), max_length=120, blank=True))
    customs = personal(
        CARE,
        ArrayField(
            models.CharField(max_length=12, choices=CustomsNeed),
            verbose_name=_("Customs and daily routine"),
            default=list,
            blank=True,
        ),
    )
    customs_note = personal(
        CARE, models.CharField(_("Note on customs"), max_length=120, blank=True)
    )
    pets = personal(CARE, models.CharField(_("Pets"), max_length=80, blank=True))
    infant_supplies = personal(
        CARE, models.CharField(_("Infant supplies"), max_length=80, blank=True)
    )
    accessibility = personal(
        CARE, models.CharField(_("Barrier-free needs"), max_length=80, blank=True)
    )
    smoking = personal(CARE, models.BooleanField(_("Smoker"), default=False))
    network_and_desk = personal(
        CARE, models.BooleanField(_("Internet and a desk for work or study"), default=False)
    )
    psychological_support = personal(
        CARE, models.BooleanField(_("Psychological support"), default=False)
    )
    consular_contact = personal(
        CARE, models.BooleanField(_("Contact the embassy or consulate"), default=False)
    )

    class Meta:
        verbose_name = _("personal needs")
        constraints = [
            models.CheckConstraint(
                name="carepreference_diet_known", condition=Q(diet__in=Diet.values)
            ),
            models.CheckConstraint(
                name="carepreference_customs_known",
                condition=Q(customs__contained_by=CustomsNeed.values),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_diet_display())


@pghistory.track()
class Declaration(models.Model):
    """Section G: the declaration, the privacy notice read, and the separate consent.

    Without the separate consent, processing that epidemic law requires goes on (PIPL art. 13
    (3), (4)) and what goes beyond it is not collected.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="declaration")
    truth_declaration = personal(
        DECLARED,
        models.BooleanField(
            _(
                "I declare that the above is true and complete. I understand that concealing facts "
                "or making a false statement has legal consequences."
            )
        ),
    )
    privacy_notice_read = personal(
        DECLARED, models.BooleanField(_("I have read the privacy notice"))
    )
    privacy_notice_version = personal(
        DECLARED, models.CharField(_("Version of the notice"), max_length=20)
    )
    privacy_notice_language = personal(
        DECLARED,
        models.CharField(_("Language of the notice"), max_length=10, choices=settings.LANGUAGES),
    )
    privacy_notice_read_at = personal(DECLARED, models.DateTimeField(_("Read at")))
    sensitive_consent = personal(
        DECLARED,
        models.BooleanField(
            _("Separate consent to the processing of health and other sensitive data")
        ),
    )
    signed_by = personal(DECLARED, models.CharField(_("Completed by"), max_length=FULL_NAME_LENGTH))
    signed_relation = personal(
        DECLARED, models.CharField(_("Relation to the person"), max_length=40, blank=True)
    )
    signed_at = personal(DECLARED, models.DateTimeField(_("Signed at")))

    class Meta:
        verbose_name = _("declaration")
        constraints = [
            models.CheckConstraint(
                name="declaration_language_known",
                condition=Q(
                    privacy_notice_language__in=[code for code, _name in settings.LANGUAGES]
                ),
            ),
            models.CheckConstraint(
                name="declaration_true_and_notice_read",
                condition=Q(truth_declaration=True, privacy_notice_read=True),
            ),
        ]

    def __str__(self) -> str:
        return self.signed_by
