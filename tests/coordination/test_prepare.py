"""Every start brings the database to this version, or says why it can't."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

pytestmark = pytest.mark.django_db


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        # Its initial migration was written anew under the same name.
        ("ALTER TABLE returnees_carepreference RENAME TO care", "returnees_carepreference"),
        ("ALTER TABLE houshayu_place RENAME COLUMN code TO short_name", "houshayu_place.code"),
        # Its migrations have other names.
        ("UPDATE django_migrations SET name = '0001_start' WHERE app = 'policy'", "policy"),
    ],
)
def test_a_database_of_another_layout_is_named_with_a_way_out(change: str, named: str) -> None:
    sql(change)

    with pytest.raises(CommandError, match=rf"{named}.*make reset"):
        call_command("prepare")
