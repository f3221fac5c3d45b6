"""Work out again what people are found and sorted by."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from returnees.models import Person


class Command(BaseCommand):
    help = (
        "Works out again what people are found and sorted by: run it after an upgrade that reads "
        "names in more ways. Only what differs is written; it can be interrupted and repeated."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{Person.objects.derive_again()} people")
