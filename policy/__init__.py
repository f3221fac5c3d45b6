"""Which observations follow from a person's facts, under which version of the policy.

A version is data (policy/data/policies.json); this package only reads and applies it.
docs/policy.md says how to add one.
"""

from policy.days import (
    check_in_slots,
    current_slot,
    day_number,
    day_zero_after_contact,
    missed_at,
    release_at,
    release_on,
    slots_of,
    window,
)
from policy.decision import Decision, PlannedObservation, decide, schedule
from policy.facts import Facts, age_on
from policy.rules import InvalidRules, Obligation, Rule, read_rules

__all__ = [
    "Decision",
    "Facts",
    "InvalidRules",
    "Obligation",
    "PlannedObservation",
    "Rule",
    "age_on",
    "check_in_slots",
    "current_slot",
    "day_number",
    "day_zero_after_contact",
    "decide",
    "missed_at",
    "read_rules",
    "release_at",
    "release_on",
    "schedule",
    "slots_of",
    "window",
]
