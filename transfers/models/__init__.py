from transfers.models.handoffs import (
    Handoff,
    HandoffClosed,
    HandoffNotPossible,
    HandoffStatus,
)

__all__ = ["Handoff", "HandoffClosed", "HandoffNotPossible", "HandoffStatus"]
