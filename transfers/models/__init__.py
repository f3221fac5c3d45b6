from transfers.models.handoff_queries import HandoffNotPossible, HandoffStatus
from transfers.models.handoffs import CommitmentMissing, Handoff, HandoffClosed

__all__ = [
    "CommitmentMissing",
    "Handoff",
    "HandoffClosed",
    "HandoffNotPossible",
    "HandoffStatus",
]
