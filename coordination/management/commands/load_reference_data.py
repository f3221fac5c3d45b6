from typing import Any

from django.core.management.base import BaseCommand

from houshayu.reference import load_places
from policy.models import PolicyVersion


class Command(BaseCommand):
    help = "Loads the policy versions and the places of Houshayu; may be run again at any time."

    def handle(self, *_args: Any, **options: Any) -> None:
        policies = PolicyVersion.objects.load()
        places = load_places()
        if options["verbosity"]:
            self.stdout.write(f"{policies} policy versions, {places} places.")
