from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import impersonal_model
from houshayu.models.places import Place


class WorkGroupKind(models.TextChoices):
    MEDICAL = "medical", _("Medical support group")
    TRANSPORT = "transport", _("Transport support group")
    HOTEL = "hotel", _("Hotel support group")
    LANGUAGE = "language", _("Foreign-language liaison team")
    HANDOFF = "handoff", _("Handoff team")


@impersonal_model
class Post(models.Model):
    """Who answers for which task at which place (定岗到人); empty until somebody is named."""

    place = models.ForeignKey(
        Place, verbose_name=_("place"), on_delete=models.PROTECT, related_name="posts"
    )
    task = models.CharField(_("task"), max_length=80)
    group = models.CharField(
        _("work group"), max_length=12, choices=WorkGroupKind, blank=True, default=""
    )
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("holder"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="posts",
    )
    is_lead = models.BooleanField(_("leads the group"), default=False)

    objects = models.Manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["place__code", "group", "task"]
        constraints = [
            models.CheckConstraint(
                name="post_group_known", condition=Q(group__in=["", *WorkGroupKind.values])
            ),
            models.UniqueConstraint(name="post_once", fields=["place", "task"]),
            models.UniqueConstraint(
                name="post_one_lead_per_group",
                fields=["place", "group"],
                condition=Q(is_lead=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.task}"
