from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pghistory
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from houshayu.attachments import JPEG, PDF, PNG, AttachmentKind, ReadFile
from houshayu.models import Attachment
from returnees.models.journey import Journey

if TYPE_CHECKING:
    from houshayu.models import User

OBSERVATION_CERTIFICATE = AttachmentKind(
    code="observation_certificate",
    label=_("Certificate of observation elsewhere"),
    media_types=(PDF, JPEG, PNG),
    most_bytes=5 * 1024 * 1024,
    keeping=_("It is kept as long as the journey it belongs to."),
)


class ObservationCertificateManager(models.Manager["ObservationCertificate"]):
    @transaction.atomic
    def attach(
        self, journey: Journey, file: ReadFile, *, by: User, now: datetime
    ) -> ObservationCertificate:
        """Keep the file for the journey, in the place of an earlier one, which is deleted."""
        # Of two at once the second waits here, and then finds the first one's to replace.
        Journey.objects.select_for_update().get(pk=journey.pk)
        before = Attachment.objects.filter(observation_certificate__journey=journey).first()
        attachment = Attachment.objects.keep(file, by=by, now=now)
        certificate, _created = self.update_or_create(
            journey=journey, defaults={"attachment": attachment}
        )
        if before:
            before.remove()
        return certificate


@pghistory.track()
class ObservationCertificate(models.Model):
    """The scan that proves the days observed at a first point of entry outside Beijing."""

    journey = models.OneToOneField(Journey, on_delete=models.CASCADE, related_name="certificate")
    # It shows a name, a document number and a test result.
    attachment = models.OneToOneField(
        Attachment, on_delete=models.PROTECT, related_name="observation_certificate"
    )

    objects = ObservationCertificateManager()

    class Meta:
        verbose_name = _("certificate of observation elsewhere")

    def __str__(self) -> str:
        return str(self.attachment_id)
