from transfers.models.handoffs import (
    CommitmentMissing,
    Handoff,
    HandoffClosed,
    HandoffNotPossible,
    HandoffStatus,
)

__all__ = [
    "CommitmentMissing",
    "Handoff",
    "HandoffClosed",
    "HandoffNotPossible",
    "HandoffStatus",
]
