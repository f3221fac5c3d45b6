"""A policy's decision as a column of the row that it is about."""

from __future__ import annotations

from typing import Any

from django.db import models

from policy.decision import Decision, undecided


class DecisionField(models.JSONField):
    """A Decision, kept as JSON; undecided until there is one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": undecided, **kwargs})

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        kept = super().from_db_value(value, expression, connection)
        # A part of it, as decision__rule asks, is plain JSON.
        whole = isinstance(kept, dict) and "obligations" in kept
        return Decision.from_json(kept) if whole else kept

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(value.as_json() if isinstance(value, Decision) else value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        plain = value.as_json() if isinstance(value, Decision) else value
        return super().get_db_prep_value(plain, connection, prepared)

    def value_to_string(self, obj: models.Model) -> Any:
        decision: Decision = self.value_from_object(obj)
        return decision.as_json()
