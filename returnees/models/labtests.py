from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import personal
from houshayu.moods import Mood
from returnees.keeping import HEALTH
from returnees.models.observation import Observation

if TYPE_CHECKING:
    from houshayu.models import User


class TestResult(models.TextChoices):
    PENDING = "pending", _("Waiting for the result")
    NEGATIVE = "negative", _("Negative")
    POSITIVE = "positive", _("Positive")

    @property
    def mood(self) -> Mood:
        return {
            TestResult.PENDING: Mood.WAIT,
            TestResult.NEGATIVE: Mood.GOOD,
            TestResult.POSITIVE: Mood.BAD,
        }[self]


class LabTestQuerySet(models.QuerySet["LabTest"]):
    def due(self, on: date) -> LabTestQuerySet:
        """Tests planned for the day or an earlier one, the last planned last."""
        return self.filter(due_on__lte=on).order_by("due_on")

    def planned(self) -> LabTestQuerySet:
        """Tests of open observations for which no sample was taken yet."""
        return self.filter(sampled_at=None, observation__ended_at=None)

    def held_by(self, user: User, permission: str) -> LabTestQuerySet:
        """Tests of open observations of cases in the hands of the user's places."""
        return self.filter(observation__in=Observation.objects.held_by(user, permission))


@pghistory.track()
class LabTest(models.Model):
    """One nucleic acid test (NAT) that the policy asks for, from its plan to its result."""

    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="labtests")
    due_on = personal(HEALTH, models.DateField(_("planned for")))
    sampled_at = personal(HEALTH, models.DateTimeField(_("sample taken"), null=True, blank=True))
    result = personal(
        HEALTH,
        models.CharField(_("result"), max_length=8, choices=TestResult, default=TestResult.PENDING),
    )
    result_at = personal(HEALTH, models.DateTimeField(_("result known"), null=True, blank=True))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = LabTestQuerySet.as_manager()

    class Meta:
        verbose_name = _("nucleic acid test")
        verbose_name_plural = _("nucleic acid tests")
        ordering = ["due_on", "pk"]
        permissions = [("record_labtest", "Can record nucleic acid tests")]
        constraints = [
            models.CheckConstraint(
                name="labtest_result_known", condition=Q(result__in=TestResult.values)
            ),
            models.CheckConstraint(
                name="labtest_result_after_sample",
                condition=Q(result=TestResult.PENDING, result_at=None)
                | Q(
                    result__in=[TestResult.NEGATIVE, TestResult.POSITIVE],
                    result_at__isnull=False,
                    sampled_at__isnull=False,
                    recorded_by__isnull=False,
                ),
            ),
            models.UniqueConstraint(name="labtest_once_a_day", fields=["observation", "due_on"]),
        ]
        indexes = [
            models.Index(
                name="labtest_pending",
                fields=["due_on", "observation"],
                condition=Q(result=TestResult.PENDING),
            )
        ]

    def __str__(self) -> str:
        return f"{self.due_on}: {self.get_result_display()}"

    @property
    def standing(self) -> TestResult:
        return TestResult(self.result)
