import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from houshayu.demonstration import accounts


class Command(BaseCommand):
    help = "Brings the database and the static files to this version; loads the demonstration."
    # They load every page and printing with it, which would double the time of a start.
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_reference_data", verbosity=0)
        self._collect_static()
        if settings.DEMONSTRATION:
            call_command("load_demo", stdout=self.stdout, stderr=self.stderr)
            logins = ", ".join(login for login, *_rest in accounts.LOGINS)
            self.stdout.write(f"Logins, each with the password {accounts.PASSWORD}:\n{logins}")

    def _collect_static(self) -> None:
        """Static files are collected; compressing them takes many seconds, so only when changed."""
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        fingerprint = _fingerprint_of_static_files()
        if stamp.exists() and stamp.read_text() == fingerprint:
            return
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(fingerprint)


def _fingerprint_of_static_files() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=[]):
            file = Path(storage.path(name)).stat()
            digest.update(f"{name} {file.st_size} {file.st_mtime_ns}\n".encode())
    return digest.hexdigest()
