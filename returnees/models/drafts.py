from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import personal
from houshayu.privacy.fields import EncryptedTextField
from houshayu.privacy.masking import show_nothing
from returnees.keeping import DRAFT

if TYPE_CHECKING:
    from houshayu.models import User

# It holds what a person stated before they were registered: no longer than an arrival is awaited.
KEEP_FOR = timedelta(days=DRAFT.days)


class RegistrationDraftQuerySet(models.QuerySet["RegistrationDraft"]):
    def of(self, user: User) -> RegistrationDraftQuerySet:
        """The user's own unfinished forms, the latest first."""
        return self.filter(user=user).order_by("-saved_at")

    def keep(self, draft_id: uuid.UUID, typed: QueryDict, *, by: User, now: datetime) -> None:
        """What was typed replaces what the draft held; another user's draft stays as it is."""
        draft, created = self.get_or_create(
            id=draft_id, defaults={"user": by, "typed": typed.urlencode(), "saved_at": now}
        )
        if not created and draft.user_id == by.pk:
            self.filter(pk=draft.pk).update(typed=typed.urlencode(), saved_at=now)

    def forget_old(self, now: datetime) -> int:
        """Delete the drafts that nobody continued for a month; return how many there were."""
        old, _rows = self.filter(saved_at__lte=now - KEEP_FOR).delete()
        return old


class RegistrationDraft(models.Model):
    """A registration form somebody has begun; it survives a closed tab, encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="registration_drafts"
    )
    # The form's fields as they were sent, urlencoded.
    typed = personal(DRAFT, EncryptedTextField(mask=show_nothing))
    saved_at = personal(DRAFT, models.DateTimeField(_("saved")))

    objects = RegistrationDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("unfinished registration")
        verbose_name_plural = _("unfinished registrations")
        indexes = [models.Index(name="draft_of_user", fields=["user", "-saved_at"])]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def data(self) -> QueryDict:
        """What was typed, as a request would bring it; may be changed."""
        return QueryDict(self.typed, mutable=True)

    @property
    def name(self) -> str:
        """Whom the draft is about, as far as it says."""
        data = self.data
        return data.get("person-name_zh") or " ".join(
            filter(None, [data.get("person-surname_latin"), data.get("person-given_names_latin")])
        )
