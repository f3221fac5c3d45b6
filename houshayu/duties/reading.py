"""Which duties are a reader's, as a condition in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from houshayu.calendar import beijing_date, day_in_beijing
from houshayu.models import Role

if TYPE_CHECKING:
    from houshayu.duties.declaring import Duty, Step
    from houshayu.models import User

COVERED = "ARRAY(SELECT id FROM houshayu_place WHERE ancestors && {roots}::bigint[])"
# If nobody works there who would have to act, the people above see it.
FORSAKEN = """ARRAY(
    SELECT forsaken.id FROM houshayu_place forsaken
    WHERE forsaken.ancestors && {roots}::bigint[] AND NOT EXISTS (
        SELECT 1 FROM unnest(forsaken.ancestors) AS above (id)
            JOIN houshayu_membership worker ON worker.place_id = above.id
                AND worker.role = ANY({roles})
            JOIN houshayu_user member ON member.id = worker.user_id AND member.is_active
    )
)"""


@dataclass(frozen=True)
class Reader:
    """Somebody who looks at what waits: for their roles, or at all places they answer for."""

    user: User
    over: str = ""
    """With a permission, everybody's duties where they hold it; without one, their own."""


@dataclass
class Parameters:
    """The parameters of one query, each under a name of its own."""

    now: datetime
    values: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values["now"] = self.now

    def add(self, value: Any) -> str:
        """The placeholder that stands for the value."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"


def whose(duty: Duty, reader: Reader, parameters: Parameters) -> str:
    """The condition on the rows of the duty's statement; empty if none can be the reader's."""
    _midnight, tonight = day_in_beijing(beijing_date(parameters.now))
    # From the start of its day, or from the first rung on, whichever is earlier.
    first = max(tonight, parameters.now - duty.ladder[0].after)
    if reader.user.is_superuser:
        return f"due_at <= {parameters.add(first)}"
    if reader.over:
        roots = reader.user.grants.get(reader.over, [])
        covered = COVERED.format(roots=parameters.add(roots))
        return f"place_id = ANY({covered}) AND due_at <= {parameters.add(first)}" if roots else ""
    roles = reader.user.roots
    parts = [
        f"({where}) AND due_at <= {parameters.add(max(first, parameters.now - step.after))}"
        if step is duty.ladder[0]
        else f"({where}) AND due_at <= {parameters.add(parameters.now - step.after)}"
        for step in duty.ladder
        if (where := _on_rung(duty, step, roles, parameters))
    ]
    own = f"user_id = {parameters.add(reader.user.pk)} AND due_at <= {parameters.add(first)}"
    return " OR ".join(f"({part})" for part in [*parts, own])


def _on_rung(
    duty: Duty, step: Step, roles: Mapping[str, Sequence[int]], parameters: Parameters
) -> str:
    def roots(wanted: Sequence[str]) -> list[int]:
        return sorted({place for role in wanted for place in roles.get(role, ())})

    parts = []
    nobodys = " AND user_id IS NULL" if step is duty.ladder[0] else ""
    if here := roots(step.roles):
        parts.append(f"place_id = ANY({COVERED.format(roots=parameters.add(here))}){nobodys}")
    if Role.COORDINATOR not in step.roles and (above := roots([Role.COORDINATOR])):
        forsaken = FORSAKEN.format(
            roots=parameters.add(above), roles=parameters.add([str(role) for role in step.roles])
        )
        parts.append(f"place_id = ANY({forsaken}){nobodys}")
    if there := roots(step.other_roles):
        parts.append(f"other_place_id = ANY({COVERED.format(roots=parameters.add(there))})")
    return " OR ".join(f"({part})" for part in parts)


def may(duty: Duty, reader: Reader, parameters: Parameters) -> str:
    """The expression for whether the reader may do what waits at place_id."""
    if reader.user.is_superuser:
        return "TRUE"
    roots = reader.user.grants.get(duty.permission, [])
    return f"place_id = ANY({COVERED.format(roots=parameters.add(roots))})" if roots else "FALSE"
