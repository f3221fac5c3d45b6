from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from houshayu import storing
from houshayu.attachments import ReadFile
from houshayu.keeping import ATTACHED, personal_fields

if TYPE_CHECKING:
    from houshayu.models.users import User

# No transaction is open for so long: a file of that age that no row names never had one.
ORPHANED_AFTER = timedelta(days=1)
FOLDER = "attachments"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def keep(self, file: ReadFile, *, by: User, now: datetime) -> Attachment:
        """The file is stored, encrypted, and its row names it.

        The file is written before the row is committed; forget_orphans finds one whose row was
        rolled back.
        """
        attachment = Attachment(
            kind=file.kind.code,
            media_type=file.media_type,
            size=len(file.content),
            attached_by=by,
            attached_at=now,
        )
        attachment.stored_as = attachment.store(file.content)
        attachment.save(force_insert=True)
        return attachment

    def forget_orphans(self, now: datetime) -> int:
        """Delete the files that no row names; return how many. now: real time."""

        def known(names: Collection[str]) -> set[str]:
            return set(self.filter(stored_as__in=names).values_list("stored_as", flat=True))

        return storing.remove_orphans(FOLDER, known, before=now - ORPHANED_AFTER)

    def seal_again(self) -> int:
        """Every file is under the first key; return how many there were. It can be repeated.

        No history is written: nobody changed anything. One file at a time is locked.
        """
        done, last = 0, uuid.UUID(int=0)
        while True:
            with transaction.atomic(), pgtrigger.ignore():
                rows = self.filter(pk__gt=last).order_by("pk").select_for_update()
                attachment: Attachment | None = rows.first()
                if attachment is None:
                    return done
                name = attachment.store(attachment.content())
                self.filter(pk=attachment.pk).update(stored_as=name)
                transaction.on_commit(partial(storing.delete, attachment.stored_as))
            done, last = done + 1, attachment.pk


@personal_fields(ATTACHED, "kind", "media_type", "size", "stored_as", "attached_at")
@pghistory.track()
class Attachment(models.Model):
    """A file that somebody attached: encrypted, bound to this row, under a random name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    media_type = models.CharField(_("type of file"), max_length=100)
    size = models.PositiveIntegerField(_("size (bytes)"))
    stored_as = models.CharField(max_length=100)
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("attached by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    attached_at = models.DateTimeField(_("attached"))

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.CheckConstraint(name="attachment_has_a_kind", condition=~Q(kind="")),
            models.CheckConstraint(name="attachment_is_not_empty", condition=Q(size__gte=1)),
            models.UniqueConstraint(name="attachment_has_its_own_file", fields=["stored_as"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def suffix(self) -> str:
        """How the name of such a file ends: pdf, jpeg, png."""
        return self.media_type.rpartition("/")[2]

    def content(self) -> bytes:
        """The file as it was kept. Raises as storing.read does."""
        return storing.read(self.stored_as, bound_to=self._binding)

    def store(self, content: bytes) -> str:
        """Write the content, encrypted for this attachment, into a new file; return its name."""
        return storing.write(FOLDER, content, bound_to=self._binding)

    def remove(self) -> None:
        """The row is gone, and once that is committed the file too."""
        self.delete()
        transaction.on_commit(partial(storing.delete, self.stored_as))

    @property
    def _binding(self) -> str:
        return f"attachment {self.pk}"
