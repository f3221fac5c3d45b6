"""Which check-ins an observation has: the morning's and the evening's, also for a query."""

from __future__ import annotations

from django.db.models import BooleanField, Func, Value
from django.db.models.expressions import Combinable

from policy.vocabulary import Slot


def slots_of(day: int, days: int) -> tuple[Slot, ...]:
    """The check-ins due on one day of an observation of so many days.

    Day 0 has its evening and the last day its morning: 28 for fourteen days. The database says
    the same by the function of slot_exists.
    """
    if not 0 <= day <= days:
        return ()
    if day == 0:
        return (Slot.EVENING,)
    if day == days:
        return (Slot.MORNING,)
    return (Slot.MORNING, Slot.EVENING)


def slot_exists(day: Combinable, days: Combinable, slot: str) -> Func:
    """The rule of slots_of, for a query: whether such a day of so many days has the slot."""
    return Func(
        day,
        days,
        Value(slot),
        function="policy_slot_exists",
        output_field=BooleanField(),
    )


def slot_in(taken: str | Combinable, day: Combinable, slot: str) -> Func:
    """Whether the slots taken have the slot of a day, for a query.

    taken: Observation.slots_taken, which holds a number for each as policy_slot_number counts.
    """
    return Func(taken, day, Value(slot), function="policy_slot_in", output_field=BooleanField())


def check_in_slots(days: int) -> list[tuple[int, Slot]]:
    """Every (day, slot) of an observation: one on day 0, two a day, one on the last."""
    return [(day, slot) for day in range(days + 1) for slot in slots_of(day, days)]
