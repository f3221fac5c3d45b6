"""Encrypt every protected field and every stored file again, under the first of FIELD_KEYS."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from houshayu.models import Attachment, Job
from houshayu.privacy.fields import protected_fields

BATCH = 500


class Command(BaseCommand):
    help = (
        "Encrypts every protected field, history included, and every file again, under the first "
        "of FIELD_KEYS. "
        "Put the new key first, restart, run this, then remove the old key. It can be repeated."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        for model in apps.get_models():
            if fields := list(protected_fields(model)):
                self.stdout.write(f"{model._meta.label}: {encrypt_again(model, fields)} rows")
        for keeping in (Attachment, Job):
            self.stdout.write(f"{keeping._meta.label}: {keeping.objects.seal_again()} files")


def encrypt_again(model: type[models.Model], fields: list[str]) -> int:
    """Every row's fields are under the first key; returns how many rows there were.

    No history is written: nobody changed anything. A row is locked from read to write, and at
    most BATCH rows at a time.
    """
    done, last = 0, 0
    while True:
        # The triggers that write history, and no others that matter to a ciphertext.
        with transaction.atomic(), pgtrigger.ignore():
            rows = list(
                model._base_manager.select_for_update()
                .filter(pk__gt=last)
                .order_by("pk")
                .only(*fields)[:BATCH]
            )
            model._base_manager.bulk_update(rows, fields)
        if not rows:
            return done
        done, last = done + len(rows), rows[-1].pk
