"""Every change has an author: `acting` keeps who made it, when and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import pghistory
from django.db import transaction

if TYPE_CHECKING:
    from houshayu.models import User


@contextmanager
def acting(*, by: User, now: datetime, reason: str = "") -> Iterator[None]:
    """All changes inside are made together or not at all, and the history knows by whom.

    now: the domain's time, aware. reason: why, where somebody must be able to ask later. An act
    inside another belongs to the same entry of the history.
    """
    context: dict[str, object] = {"user": by.pk, "at": now.isoformat()}
    if reason:
        context["reason"] = reason
    with transaction.atomic(), pghistory.context(**context):
        yield
