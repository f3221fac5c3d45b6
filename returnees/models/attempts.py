from __future__ import annotations

from datetime import timedelta

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import personal
from houshayu.moods import Mood
from returnees.keeping import OBSERVING
from returnees.models.cases import Case
from returnees.models.checkins import CheckIn

# Who was not reached for so long counts as missing.
MISSING_AFTER = timedelta(hours=24)


class AttemptWay(models.TextChoices):
    DOOR = "door", _("At the door")
    PHONE = "phone", _("By phone")
    WECHAT = "wechat", _("By WeChat")


class Reached(models.TextChoices):
    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("Nobody answered")
    NOT_THERE = "not_there", _("The person is not there")

    @property
    def mood(self) -> Mood:
        return Mood.GOOD if self is Reached.REACHED else Mood.BAD


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def in_vain(self) -> AttemptQuerySet:
        """Those since whose time nobody has reached the person, nor measured them."""
        reached = Attempt.objects.filter(
            case=OuterRef("case"), result=Reached.REACHED, made_at__gte=OuterRef("made_at")
        )
        measured = CheckIn.objects.filter(
            observation__case=OuterRef("case"), taken_at__gt=OuterRef("made_at")
        )
        return self.exclude(result=Reached.REACHED).filter(~Exists(reached), ~Exists(measured))


@pghistory.track()
class Attempt(models.Model):
    """One attempt to reach a person whom nobody could measure, and who goes next.

    Whoever was not reached is so until somebody reaches them, or measures them: never by silence.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attempts")
    made_at = personal(OBSERVING, models.DateTimeField(_("tried at")))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("tried by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    way = personal(OBSERVING, models.CharField(_("How"), max_length=6, choices=AttemptWay))
    result = personal(OBSERVING, models.CharField(_("Result"), max_length=9, choices=Reached))
    note = personal(OBSERVING, models.CharField(_("Note"), max_length=200, blank=True))
    next_at = personal(OBSERVING, models.DateTimeField(_("Next attempt"), null=True, blank=True))
    # Without one it falls to everybody who works where the case is.
    next_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Who goes next"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt to reach the person")
        verbose_name_plural = _("attempts to reach the person")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="attempt_way_known", condition=Q(way__in=AttemptWay.values)
            ),
            models.CheckConstraint(
                name="attempt_result_known", condition=Q(result__in=Reached.values)
            ),
            models.CheckConstraint(
                name="attempt_next_iff_not_reached",
                condition=Q(result=Reached.REACHED, next_at=None, next_by=None)
                | (~Q(result=Reached.REACHED) & Q(next_at__isnull=False, next_at__gt=F("made_at"))),
            ),
        ]
        indexes = [models.Index(name="attempt_of_case", fields=["case", "made_at"])]

    def __str__(self) -> str:
        return f"{self.get_way_display()}: {self.get_result_display()}"

    @property
    def standing(self) -> Reached:
        return Reached(self.result)
