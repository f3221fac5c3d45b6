from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from coordination import demonstration
from houshayu.demonstration import NEWCOMER_AT, accounts
from houshayu.models import ClockShift
from returnees.models import Case


class Command(BaseCommand):
    help = "Fills an empty database with the demonstration: a month of March 2020."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if ClockShift.objects.exists():
            return
        if Case.objects.exists():
            self.stdout.write("There are cases already, so the demonstration is not loaded.")
            return
        self.stdout.write("Living through March 2020 once; this takes about a minute …")
        with transaction.atomic():
            # All or nothing: a start that is interrupted loads again the next time.
            accounts.create_accounts()
            people = demonstration.load()
            ClockShift.set_to(NEWCOMER_AT)
        self.stdout.write(f"{people} people were registered.")
