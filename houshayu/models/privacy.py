from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import ACCESS_LOG, personal
from houshayu.models.memberships import Membership
from houshayu.models.places import Place

if TYPE_CHECKING:
    from houshayu.models.users import User


class RevealQuerySet(models.QuerySet["Reveal"]):
    def visible_to(self, user: User) -> RevealQuerySet:
        """What was read by those who work in the places the user audits."""
        places = Place.objects.covered_by(user, "houshayu.view_reveal")
        there = Membership.objects.filter(user=OuterRef("by"), place__in=places)
        return self.filter(Exists(there))

    def record(
        self, *, by: User, subject: models.Model, reason: str, now: datetime, field: str = ""
    ) -> Reveal:
        """Write down that somebody is about to read a protected value in full.

        field: which of the subject's; empty for a file, which is read whole.
        Call it in the transaction that reads the value, so that nothing is read unrecorded.
        """
        return self.create(
            by=by,
            subject=subject._meta.model_name or "",
            subject_id=subject.pk,
            field=field,
            reason=reason.strip(),
            at=now,
        )

    @transaction.atomic
    def read(
        self, subject: models.Model, field: str, *, by: User, reason: str, now: datetime
    ) -> str:
        """The protected field of a record in full; that it was read stands recorded by then.

        Raises IntegrityError for an empty reason: nothing is read.
        """
        self.record(by=by, subject=subject, field=field, reason=reason, now=now)
        rows = type(subject)._base_manager.filter(pk=subject.pk)
        return str(rows.values_list(field, flat=True).get())


class Reveal(models.Model):
    """Somebody read a protected value in full: who, which, why, when. Never changed or deleted."""

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+"
    )
    subject = personal(ACCESS_LOG, models.CharField(_("what"), max_length=40))
    subject_id = personal(ACCESS_LOG, models.BigIntegerField())
    field = personal(ACCESS_LOG, models.CharField(_("which value"), max_length=40, blank=True))
    reason = personal(ACCESS_LOG, models.CharField(_("reason"), max_length=200))
    at = personal(ACCESS_LOG, models.DateTimeField(_("time")))

    objects = RevealQuerySet.as_manager()

    class Meta:
        verbose_name = _("reveal")
        verbose_name_plural = _("reveals")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(name="reveal_has_a_reason", condition=~models.Q(reason=""))
        ]
        indexes = [models.Index(name="reveal_subject", fields=["subject", "subject_id"])]
        triggers = [
            pgtrigger.Protect(name="reveal_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id}"

    @property
    def what(self) -> str:
        """What kind of record it was, and which value of it, in words."""
        model = next((m for m in apps.get_models() if m._meta.model_name == self.subject), None)
        if model is None:
            return self.subject
        words = [str(model._meta.verbose_name)]
        words += [str(f.verbose_name) for f in model._meta.concrete_fields if f.name == self.field]
        return " · ".join(words)
