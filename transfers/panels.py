"""What transfers puts on the page of a case: its handoffs, and the way to offer one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from returnees.case_page import CaseAct, Column, Panel, Seen
from returnees.placing import misplaced_since
from transfers.models import Handoff


def _all(seen: Seen) -> dict[str, Any] | None:
    return _listed(Handoff.objects.filter(case=seen.case))


def _own(seen: Seen) -> dict[str, Any] | None:
    """Of a former holder: those in and out of their places."""
    return _listed(Handoff.objects.visible_to(seen.user).filter(case=seen.case))


def _listed(handoffs: QuerySet[Handoff]) -> dict[str, Any] | None:
    found = list(handoffs.select_related("from_place", "to_place", "closed_by"))
    return {"handoffs": found} if found else None


def _misplaced(seen: Seen) -> dict[str, Any] | None:
    """Where somebody must be handed over to, who stands where their observation may not be."""
    current = next((each for each in seen.observations if not each.ended_at), None)
    custody = seen.custodies[-1]
    since = misplaced_since(seen.case, current, custody, seen.now)
    if since is None or seen.case.closed_at:
        return None
    return {"custody": custody, "since": since}


PANELS = (
    Panel(
        template="transfers/_case_misplaced.html",
        context=_misplaced,
        column=Column.MAIN,
        order=5,
    ),
    Panel(template="transfers/_case_handoffs.html", context=_all, column=Column.SIDE, order=20),
    Panel(template="transfers/_case_handoffs.html", context=_own, column=Column.OWN_PART, order=20),
)
ACTS = (
    CaseAct(
        view="transfers:handoff_offer",
        label=_("Hand over"),
        permission="offer_handoff",
        order=20,
        look="primary",
    ),
)
