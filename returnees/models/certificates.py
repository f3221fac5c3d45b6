from __future__ import annotations

import base64
from datetime import datetime
from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import impersonal, personal
from houshayu.privacy.fields import EncryptedTextField
from houshayu.privacy.masking import show_nothing
from returnees.keeping import HEALTH
from returnees.models.journey import Journey

if TYPE_CHECKING:
    from houshayu.models import User

MOST_BYTES = 5 * 1024 * 1024
# How a file of each kind begins; its name and what the browser says of it prove nothing.
BEGINNINGS = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}


def media_type_of(content: bytes) -> str:
    """What kind of file this is; empty for one that is no PDF, JPEG or PNG."""
    kinds = (kind for kind, begins in BEGINNINGS.items() if content.startswith(begins))
    return next(kinds, "")


class ObservationCertificateManager(models.Manager["ObservationCertificate"]):
    def attach(
        self, journey: Journey, content: bytes, *, by: User, now: datetime
    ) -> ObservationCertificate:
        """Keep the file for the journey, in the place of an earlier one.

        content: a PDF, JPEG or PNG, as media_type_of knows them.
        """
        certificate, _created = self.update_or_create(
            journey=journey,
            defaults={
                "media_type": media_type_of(content),
                "content": base64.b64encode(content).decode(),
                "attached_by": by,
                "attached_at": now,
            },
        )
        return certificate


@pghistory.track(exclude=["content"])
class ObservationCertificate(models.Model):
    """The scan that proves the days observed at a first point of entry outside Beijing."""

    journey = models.OneToOneField(Journey, on_delete=models.CASCADE, related_name="certificate")
    media_type = impersonal(
        models.CharField(
            _("kind of file"), max_length=20, choices=[(kind, kind) for kind in BEGINNINGS]
        ),
    )
    # It shows a name, a document number and a test result: base64 of the file, encrypted.
    content = personal(HEALTH, EncryptedTextField(mask=show_nothing))
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("attached by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    attached_at = personal(HEALTH, models.DateTimeField(_("attached")))

    objects = ObservationCertificateManager()

    class Meta:
        verbose_name = _("certificate of observation elsewhere")
        constraints = [
            models.CheckConstraint(
                name="observationcertificate_kind_known",
                condition=Q(media_type__in=BEGINNINGS),
            )
        ]

    def __str__(self) -> str:
        return self.media_type

    def file(self) -> bytes:
        """The file as it was attached."""
        return base64.b64decode(self.content)
