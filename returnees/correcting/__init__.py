"""What was entered wrongly is put right, and everything that followed from it follows.

The first value stays in the history, with who corrected it and why; the page of the case shows it.
"""

from returnees.correcting.checkins import correct_checkin, remove_checkin, what_follows
from returnees.correcting.conflicts import (
    ALERT_RAISED,
    ALERT_WITHDRAWN,
    NothingToCorrect,
    ReleaseStands,
)
from returnees.correcting.labtests import correct_test
from returnees.correcting.releases import released_on, take_back_release, taken_back_by

__all__ = [
    "ALERT_RAISED",
    "ALERT_WITHDRAWN",
    "NothingToCorrect",
    "ReleaseStands",
    "correct_checkin",
    "correct_test",
    "released_on",
    "remove_checkin",
    "take_back_release",
    "taken_back_by",
    "what_follows",
]
