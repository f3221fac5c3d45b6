"""The kinds of work that are done in the background; apps register theirs in `AppConfig.ready`.

A kind says who may ask for it, what does the work, and how long its file is kept. The rows are
`houshayu.models.Job`, the workers' side is `houshayu.working`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from houshayu.models import Job, User

# Called with how much of the job is done; raises JobTakenOver if another worker does it by now.
Progress = Callable[[int], None]


@dataclass(frozen=True)
class JobKind:
    """One kind of work.

    work: does it and returns the file, or b"" where it makes none. It may be begun again after its
    worker died, so it commits nothing that a second run would repeat. A Conflict is shown to the
    user who asked. It reports progress at least every `SILENCE`.
    """

    code: str
    label: str | Promise
    permission: str
    work: Callable[[Job, Progress], bytes]
    title: Callable[[Job], str]
    file_name: Callable[[Job], str]
    media_type: str
    keep_file_for: timedelta
    # The name of the page where such work is asked for.
    asked_at: str


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Work of this kind can be asked for. Raises ValueError for a code that is taken."""
    if _kinds.setdefault(kind.code, kind) != kind:
        raise ValueError(f"There is a kind of job {kind.code!r} already.")


def kind_of(code: str) -> JobKind:
    """The kind with this code. Raises KeyError where no app registered one."""
    return _kinds[code]


def kinds_for(user: User) -> list[JobKind]:
    """The kinds that the user may ask for, in the order they were registered in."""
    return [kind for kind in _kinds.values() if user.has_perm(kind.permission)]
