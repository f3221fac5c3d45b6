"""Breaking the rules by hand: SQL as a console would run it, and what must refuse it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction


def sql(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Run one statement, %(name)s filled in; return its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def refused_by(constraint: str) -> Iterator[None]:
    """What is done inside breaks this rule, at the latest at its commit, and leaves no trace."""
    # What was done before must be sound by itself, so that only the attack is judged.
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET CONSTRAINTS ALL DEFERRED")
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
        sql("SET CONSTRAINTS ALL IMMEDIATE")
    assert refusal.value.__cause__.diag.constraint_name == constraint
