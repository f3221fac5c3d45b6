"""Work orders (工单): stored duties for what has no row of its own, and the kinds there are.

Apps register their kinds in `AppConfig.ready`; a directive is the kernel's own. The rows are
`houshayu.models.WorkOrder`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from houshayu.duties import Duty, Step
from houshayu.roles import MAY, Role

if TYPE_CHECKING:
    from houshayu.models import User

# What waits for somebody, for the duty "work_order": an order falls to its owner, else to those
# who work at its place.
WAITS = """
SELECT ordered.id AS about_id, '' AS occurrence, ordered.place_id, NULL::bigint AS other_place_id,
       ordered.owner_id AS user_id, ordered.due_at,
       jsonb_build_object('kind', ordered.kind, 'text', ordered.text) AS says
FROM houshayu_workorder ordered
WHERE ordered.done_at IS NULL
"""
# People hear of an order when it is given, however long before it is due; it climbs when late.
DUTY = Duty(
    code="work_order",
    label=_("Work order"),
    heading=_("Work orders"),
    sentence=_("To do at %(place)s until %(time)s: %(text)s"),
    about="houshayu.workorder",
    waits=WAITS,
    ladder=(
        Step(after=timedelta(days=-365), roles=tuple(MAY["houshayu.finish_workorder"])),
        Step(
            after=timedelta(0),
            roles=(Role.COORDINATOR,),
            sentence=_("Not done in time at %(place)s: %(text)s"),
        ),
    ),
    permission="houshayu.finish_workorder",
    url=lambda waiting: reverse("workorder_detail", args=[waiting.about_id]),
    list_url=lambda: reverse("workorder_list"),
)


@dataclass(frozen=True)
class Link:
    """The way to what an order is about."""

    text: str
    url: str


# Of the ids of what orders are about, those that the user may see.
Links = Callable[[Collection[int], "User"], Mapping[int, Link]]


def no_links(_ids: Collection[int], _user: User) -> Mapping[int, Link]:
    """For orders that are about nothing that has a page."""
    return {}


@dataclass(frozen=True)
class WorkOrderKind:
    """One kind of order. links: asked once for all orders of the kind on a page."""

    code: str
    label: str | Promise
    links: Links = no_links


DIRECTIVE = WorkOrderKind("directive", _("Directive"))

_kinds: dict[str, WorkOrderKind] = {}


def register(kind: WorkOrderKind) -> None:
    """Orders of this kind can be opened. Raises ValueError for a code that is taken."""
    if _kinds.setdefault(kind.code, kind) != kind:
        raise ValueError(f"There is a kind of work order {kind.code!r} already.")


def kind_of(code: str) -> WorkOrderKind:
    """The kind with this code. Raises KeyError where no app registered one."""
    return _kinds[code]


def choices() -> list[tuple[str, str | Promise]]:
    """Every kind with its label, as a field offers them."""
    return [(kind.code, kind.label) for kind in _kinds.values()]
