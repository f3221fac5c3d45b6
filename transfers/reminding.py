"""Reminders about handoffs that nobody answers: once to the receiver, once to those above."""

from __future__ import annotations

from datetime import datetime

from returnees import reminding

WAITING = f"""
{reminding.INSERT}
SELECT 'handoff_waiting', offer.case_id, offer.to_place_id, NULL::bigint, NULL::smallint, '',
       offer.id, offer.due_at - interval '1 hour', 'queued'
FROM transfers_handoff offer
WHERE offer.status = 'offered' AND offer.due_at - interval '1 hour' <= %(now)s
{reminding.ONCE}
"""
OVERDUE = f"""
{reminding.INSERT}
SELECT 'handoff_overdue', offer.case_id, offer.to_place_id, NULL::bigint, NULL::smallint, '',
       offer.id, offer.due_at, 'queued'
FROM transfers_handoff offer
WHERE offer.status = 'offered' AND offer.due_at <= %(now)s
{reminding.ONCE}
"""


def plan(now: datetime) -> int:
    """Write down every handoff that waits or is overdue; return how many reminders are new."""
    return reminding.insert_each([WAITING, OVERDUE], now)
