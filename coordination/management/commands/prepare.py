import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection
from django.db.migrations.exceptions import InconsistentMigrationHistory

from houshayu import keeping
from houshayu.demonstration import accounts

EARLIER_LAYOUT = (
    "This database was made by a version with another layout: "
    "make reset removes its data, and the next start makes it anew."
)


class Command(BaseCommand):
    help = "Brings the database and the static files to this version; loads the demonstration."
    # They load every page and printing with it, which would double the time of a start.
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        self._migrate()
        call_command("load_reference_data", verbosity=0)
        self._collect_static()
        if settings.DEMONSTRATION:
            call_command("load_demo", stdout=self.stdout, stderr=self.stderr)
            logins = ", ".join(login for login, *_rest in accounts.LOGINS)
            self.stdout.write(f"Logins, each with the password {accounts.PASSWORD}:\n{logins}")

    def _migrate(self) -> None:
        """The tables are those of this version. Raises CommandError for those of an earlier layout.

        Migrations may be written anew while no installation keeps data, and then the table of
        those applied says that nothing is left to do.
        """
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except (InconsistentMigrationHistory, ProgrammingError) as error:
            raise CommandError(f"{str(error).splitlines()[0]} {EARLIER_LAYOUT}") from error
        if missing := _columns_of_models() - _columns_of_tables():
            raise CommandError(f"There is no column {'.'.join(min(missing))}. {EARLIER_LAYOUT}")

    def _collect_static(self) -> None:
        """Static files are collected; compressing them takes many seconds, so only when changed."""
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        fingerprint = _fingerprint_of_static_files()
        if stamp.exists() and stamp.read_text() == fingerprint:
            return
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(fingerprint)


def _columns_of_models() -> set[tuple[str, str]]:
    """Table and column of each field."""
    return {
        (model._meta.db_table, field.column)
        for model in keeping.own_models()
        for field in model._meta.local_concrete_fields
        if field.column
    }


def _columns_of_tables() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema()"
        )
        return set(cursor.fetchall())


def _fingerprint_of_static_files() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=[]):
            file = Path(storage.path(name)).stat()
            digest.update(f"{name} {file.st_size} {file.st_mtime_ns}\n".encode())
    return digest.hexdigest()
