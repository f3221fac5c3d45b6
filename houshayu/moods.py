"""How a status looks: a few moods, whatever the number of statuses.

An enum whose members are shown as a status says the mood of each: `mood`, and `icon` where its
sign is one of its own. A model that has such a field says as `standing` which member it is at, and
a template writes {% status handoff.standing %}.
"""

from __future__ import annotations

from enum import StrEnum


class Mood(StrEnum):
    """The colour and the sign of a status; css/status.css has a rule for each."""

    PLAIN = "plain"
    """as it should be, and going on"""
    GOOD = "good"
    """done, and well"""
    WAIT = "wait"
    """somebody must act"""
    REFUSED = "refused"
    BAD = "bad"
    """somebody must act at once"""
    CALM = "calm"
    """over, or not ours"""
