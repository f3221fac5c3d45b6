from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from houshayu.acting import acting
from houshayu.exceptions import Conflict
from houshayu.keeping import ORDERED, personal_fields
from houshayu.models import Place

if TYPE_CHECKING:
    from houshayu.models import User

WAITING = Q(handed_out_at=None)


class ParcelHandedOut(Conflict):
    """Somebody handed out this parcel before this call did."""


class ParcelQuerySet(models.QuerySet["Parcel"]):
    def visible_to(self, user: User) -> ParcelQuerySet:
        """Parcels at the user's places."""
        return self.filter(place__in=Place.objects.covered_by(user, "parcels.view_parcel"))

    def handled_by(self, user: User) -> ParcelQuerySet:
        """Parcels that the user may hand out."""
        return self.filter(place__in=Place.objects.covered_by(user, "parcels.hand_out_parcel"))


@personal_fields(ORDERED, "text", "arrived_at", "handed_out_at")
@pghistory.track()
class Parcel(models.Model):
    """A parcel that waits at a gate to be taken to a door."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(_("for whom"), max_length=80)
    arrived_at = models.DateTimeField(_("arrived"))
    handed_out_at = models.DateTimeField(_("handed out"), null=True, blank=True)
    handed_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ParcelQuerySet.as_manager()

    class Meta:
        verbose_name = _("parcel")
        permissions = [("hand_out_parcel", "Can hand out a parcel")]
        constraints = [
            models.CheckConstraint(
                name="parcel_handed_out_by_somebody",
                condition=WAITING & Q(handed_out_by=None)
                | ~WAITING & Q(handed_out_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.text

    def hand_out(self, *, by: User, now: datetime) -> None:
        """It is at the door; raises ParcelHandedOut for whoever comes second."""
        with acting(by=by, now=now):
            won = Parcel.objects.filter(WAITING, pk=self.pk).update(
                handed_out_at=now, handed_out_by=by
            )
        if not won:
            raise ParcelHandedOut(_("This parcel was handed out already."))
