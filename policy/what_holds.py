"""What holds for a person and why: from the decision and what the assessors said, nothing else."""

from __future__ import annotations

from enum import Enum

from policy.decision import Decision
from policy.vocabulary import ObservationKind


class Why(Enum):
    """Why the observation is of the kind that it is."""

    RESTARTED = "restarted"
    """The count was restarted, and is spent in a hotel whatever was decided."""
    FOLLOWS = "follows"
    """The days before it are complete."""
    REJECTED = "rejected"
    WAITS = "waits"
    """The rule lets the person home once something more is there."""
    STILL_LODGED = "still_lodged"
    """The person may go home, and is in a hotel until they are handed over."""
    APPROVED = "approved"
    BY_RULE = "by_rule"
    """The rule lets the person home, and asks for no assessment."""
    NO_WAY_HOME = "no_way_home"
    """The rule lets nobody home, whatever an assessment says."""
    NO_STAYING_IN = "no_staying_in"


def asks_assessment(decision: Decision) -> bool:
    """Whether an assessment can change anything: the rule lets the person home by it alone."""
    return decision.home_eligible and "approved" in decision.facts


def what_holds(
    decision: Decision,
    *,
    rejected: bool,
    in_hotel: bool,
    obligation: int = 0,
    counted_anew: bool = False,
) -> tuple[ObservationKind, Why]:
    """The kind of observation that the decision asks for, and why.

    rejected: the assessors turned the request for home observation down. in_hotel: where the
    person stands now, or is just being taken to. obligation: which of
    the decision's it is about; counted_anew: as the observation says, which meets it now.
    """
    if counted_anew:
        return ObservationKind.CENTRALIZED, Why.RESTARTED
    # Another version may ask for fewer obligations than have been met since.
    kind = decision.obligations[min(obligation, len(decision.obligations) - 1)].kind
    if obligation:
        return kind, Why.FOLLOWS
    if "assessment" in decision.waiting_for and rejected:
        return kind, Why.REJECTED
    if decision.waiting_for:
        return kind, Why.WAITS
    if kind is ObservationKind.CENTRALIZED:
        return kind, Why.NO_WAY_HOME
    if kind is ObservationKind.HOME and in_hotel:
        return ObservationKind.CENTRALIZED, Why.STILL_LODGED
    if kind is ObservationKind.HOME:
        return kind, Why.APPROVED if asks_assessment(decision) else Why.BY_RULE
    return kind, Why.NO_STAYING_IN
