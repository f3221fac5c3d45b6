"""What messages can be about: each kind with its name and how soon its e-mail leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from django.utils.functional import Promise

_KINDS: dict[str, Kind] = {}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of message; a duty is one by being registered."""

    code: str
    label: str | Promise
    urgent: bool = False
    """Its e-mail leaves at once; others wait for what else comes in their quarter of an hour."""


def register(*kinds: Kind) -> None:
    """Let there be messages of these kinds; called in AppConfig.ready.

    Raises ImproperlyConfigured for a code that is taken.
    """
    for kind in kinds:
        if _KINDS.setdefault(kind.code, kind) != kind:
            raise ImproperlyConfigured(f"Two kinds of message are called {kind.code}.")


def every() -> list[Kind]:
    """All kinds, in the order of their apps."""
    return list(_KINDS.values())


def label(code: str) -> str:
    """The name of the kind in the active language; the code of one that no app has any more."""
    return str(_KINDS[code].label) if code in _KINDS else code


def is_urgent(code: str) -> bool:
    """Whether e-mail of this kind leaves at once."""
    return code in _KINDS and _KINDS[code].urgent
