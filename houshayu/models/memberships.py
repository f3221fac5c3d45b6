import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import ACCOUNT, personal
from houshayu.models.places import Place
from houshayu.roles import Role


@pghistory.track()
class Membership(models.Model):
    """A role of a user at a place; it covers the places below."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="memberships",
    )
    place = models.ForeignKey(
        Place, verbose_name=_("place"), on_delete=models.PROTECT, related_name="memberships"
    )
    role = personal(ACCOUNT, models.CharField(_("role"), max_length=20, choices=Role))

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(name="membership_role_known", condition=Q(role__in=Role.values)),
            models.UniqueConstraint(name="membership_once", fields=["user", "place", "role"]),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.place}"
