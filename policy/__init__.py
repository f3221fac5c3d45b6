"""Which observations follow from a person's facts, under which version of the policy.

A version is data (policy/data/policies.json); this package only reads and applies it.
docs/policy.md says how to add one.
"""

from policy.days import day_number, day_zero_after_contact, days_between, release_at, release_on
from policy.decision import Decision, PlannedObservation, decide, schedule
from policy.facts import Facts, age_on
from policy.rules import InvalidRules, Obligation, Rule, read_rules
from policy.slots import check_in_slots, slot_exists, slot_in, slots_of
from policy.temperature import COLDEST, FEVER, HOTTEST, is_fever
from policy.vocabulary import (
    ExceptionGround,
    ObservationKind,
    Purpose,
    RequestedMode,
    ResidenceKind,
    Slot,
)
from policy.windows import EVENING_FROM, current_slot, missed_at, taken_from, window

__all__ = [
    "COLDEST",
    "EVENING_FROM",
    "FEVER",
    "HOTTEST",
    "Decision",
    "ExceptionGround",
    "Facts",
    "InvalidRules",
    "Obligation",
    "ObservationKind",
    "PlannedObservation",
    "Purpose",
    "RequestedMode",
    "ResidenceKind",
    "Rule",
    "Slot",
    "age_on",
    "check_in_slots",
    "current_slot",
    "day_number",
    "day_zero_after_contact",
    "days_between",
    "decide",
    "is_fever",
    "missed_at",
    "read_rules",
    "release_at",
    "release_on",
    "schedule",
    "slot_exists",
    "slot_in",
    "slots_of",
    "taken_from",
    "window",
]
