from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from houshayu.keeping import impersonal_model


@impersonal_model
class ClockShift(models.Model):
    """How far the demonstration's clock stands from real time; at most one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    shift = models.DurationField()

    class Meta:
        permissions = [("move_clock", "Can move the clock of the demonstration")]
        constraints = [models.CheckConstraint(name="clock_shift_single", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(self.shift)

    @classmethod
    def current(cls) -> timedelta:
        """The shift in force, zero before the demonstration is loaded."""
        return cls.objects.values_list("shift", flat=True).first() or timedelta(0)

    @classmethod
    def set_to(cls, moment: datetime) -> None:
        """Let the domain's clock show the moment now and run on from it."""
        cls.objects.update_or_create(id=1, defaults={"shift": moment - timezone.now()})
