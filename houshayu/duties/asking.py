"""What waits, read by the duties' statements: for a reader, for some rows, for everybody."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from houshayu.duties.declaring import Duty, Waiting, every, get
from houshayu.duties.reading import Parameters, Reader, may, whose
from houshayu.models import Place

NAMES = [f"name_{language.replace('-', '_')}" for language in settings.MODELTRANSLATION_LANGUAGES]
PLACE = ", ".join(f"place.{column}" for column in ("id", "code", "ancestors", *NAMES))
ROW = "about_id, occurrence, place_id, other_place_id, user_id, due_at, says"
ORDER = "due_at, about_id, occurrence"


@dataclass(frozen=True)
class Count:
    """How much of one duty waits at one place, and how much of that is late."""

    duty: Duty
    place: Place
    waiting: int
    late: int
    oldest_due_at: datetime


def _place(code: str, pk: int, ancestors: list[int], names: Iterable[str]) -> Place:
    return Place(pk=pk, code=code, ancestors=ancestors, **dict(zip(NAMES, names, strict=True)))


def _fetch(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _waiting(row: tuple[Any, ...]) -> Waiting | None:
    code, about, occurrence, other, user, due_at, says, is_theirs, *place = row
    if (duty := get(code)) is None:
        return None
    pk, place_code, ancestors, *names = place
    return Waiting(
        duty=duty,
        about_id=about,
        occurrence=occurrence,
        place=_place(place_code, pk, ancestors, names),
        other_place_id=other,
        user_id=user,
        due_at=due_at,
        says=json.loads(says),
        may=is_theirs,
    )


def _union(reader: Reader, parameters: Parameters, kind: str = "") -> str:
    """The rows that are the reader's, of one kind or all; empty if there can be none."""
    arms = []
    for duty in every():
        if kind in ("", duty.code) and (condition := whose(duty, reader, parameters)):
            parameters.values |= duty.constants
            arms.append(
                f"SELECT {parameters.add(duty.code)}::text AS code, {ROW},"
                f" {may(duty, reader, parameters)} AS may"
                f" FROM ({duty.statement}) AS waits WHERE {condition}"
            )
    return "\nUNION ALL\n".join(arms)


def counts(reader: Reader, now: datetime) -> list[Count]:
    """How much of each kind waits for the reader at each place, in one query."""
    parameters = Parameters(now)
    if not (union := _union(reader, parameters)):
        return []
    statement = f"""
        SELECT counted.code, waiting, late, oldest_due_at, {PLACE}
        FROM (
            SELECT code, place_id, count(*) AS waiting,
                   count(*) FILTER (WHERE due_at <= %(now)s) AS late, min(due_at) AS oldest_due_at
            FROM ({union}) AS theirs GROUP BY code, place_id
        ) AS counted JOIN houshayu_place place ON place.id = counted.place_id
        ORDER BY oldest_due_at, counted.code
    """
    return [
        Count(duty, _place(place_code, pk, above, names), waiting, late, oldest)
        for code, waiting, late, oldest, pk, place_code, above, *names in _fetch(
            statement, parameters.values
        )
        if (duty := get(code))
    ]


def lines(
    reader: Reader,
    now: datetime,
    *,
    kind: str = "",
    place: str = "",
    per_kind: int,
    after: tuple[datetime, int, str] | None = None,
) -> list[Waiting]:
    """The first lines of each kind that waits for the reader, late ones first; one query.

    kind, place: the code of the only kind and place. after: due time, row and occurrence of the
    line before.
    """
    parameters = Parameters(now)
    if not (union := _union(reader, parameters, kind)):
        return []
    narrowed = ["TRUE"]
    if place:
        code = parameters.add(place)
        narrowed.append(f"place_id = (SELECT id FROM houshayu_place WHERE code = {code})")
    if after:
        values = ", ".join(parameters.add(value) for value in after)
        narrowed.append(f"({ORDER}) > ({values})")
    statement = f"""
        SELECT numbered.code, about_id, occurrence, other_place_id, user_id, due_at, says, may,
               {PLACE}
        FROM (
            SELECT *, row_number() OVER (PARTITION BY code ORDER BY {ORDER}) AS nth
            FROM ({union}) AS theirs WHERE {" AND ".join(narrowed)}
        ) AS numbered JOIN houshayu_place place ON place.id = numbered.place_id
        WHERE nth <= {parameters.add(per_kind)} ORDER BY {ORDER}
    """
    return [line for row in _fetch(statement, parameters.values) if (line := _waiting(row))]


def still_waiting(
    duty: Duty, abouts: Collection[int], now: datetime
) -> dict[tuple[int, str], Waiting]:
    """What still waits of these rows, by row and occurrence: the statement is run again."""
    statement = f"""
        SELECT %(code)s, about_id, occurrence, other_place_id, user_id, due_at, says, FALSE, {PLACE}
        FROM ({duty.statement}) AS waits JOIN houshayu_place place ON place.id = waits.place_id
        WHERE about_id = ANY(%(abouts)s)
    """
    values = {"code": duty.code, "abouts": list(abouts), "now": now, **duty.constants}
    rows = [line for row in _fetch(statement, values) if (line := _waiting(row))]
    return {(line.about_id, line.occurrence): line for line in rows}


def late_since(duty: Duty, now: datetime) -> dict[str, datetime]:
    """Since when it is late of the duty, by the number that its sentences name."""
    statement = f"""
        SELECT says ->> 'number', min(due_at) FROM ({duty.statement}) AS waits
        WHERE due_at <= %(now)s GROUP BY 1
    """
    return dict(_fetch(statement, {"now": now, **duty.constants}))


def without_any(*, about: str, table: str, now: datetime) -> tuple[str, list[Any]]:
    """Condition and parameters that find rows of the table that no duty with a due time is about.

    about: label of the model, table: its table, whose id the duties name. The condition takes
    its parameters in order, as RawSQL gives them.
    """
    # One that is found is enough, so what is found by the row alone is looked for first.
    arms = sorted((d for d in every() if d.about == about), key=lambda duty: len(duty.params))
    union = " UNION ALL ".join(
        f"SELECT about_id FROM ({duty.statement}) AS waits WHERE due_at IS NOT NULL"
        for duty in arms
    )
    values = {"now": now} | {name: v for duty in arms for name, v in duty.constants.items()}
    if not arms:
        return "TRUE", []
    names: list[str] = []

    def positional(found: Any) -> str:
        names.append(found[1])
        return "%s"

    condition = re.sub(r"%\((\w+)\)s", positional, union)
    return (
        f"NOT EXISTS (SELECT 1 FROM ({condition}) AS held WHERE held.about_id = {table}.id)",
        [values[name] for name in names],
    )
