"""Whether somebody stands where their observation may not be: at home under centralized
observation, or at the hub, which is no place to stay.

The duty `misplaced` asks the same in SQL.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from houshayu.calendar import beijing_date
from houshayu.models import HOME_KINDS, PlaceKind
from policy import ObservationKind
from policy.what_holds import what_holds
from returnees.models import Case, Custody, Observation

# So long people may wait at the hub for a hotel: a night.
HUB_WITHIN = timedelta(hours=12)


def misplaced_since(
    case: Case, observation: Observation | None, custody: Custody | None, now: datetime
) -> datetime | None:
    """Since when the person is where the observation that goes on may not be; None if they are
    where it may.

    custody: the present one, with its place.
    """
    if observation is None or custody is None or case.arrived_at is None:
        return None
    if not observation.must_stay_in(beijing_date(now)):
        return None
    if custody.place.kind == PlaceKind.HUB:
        since = custody.started_at + HUB_WITHIN
        return since if since <= now else None
    kind, _why = what_holds(
        case.decision,
        rejected=False,
        in_hotel=False,
        obligation=observation.obligation,
        counted_anew=observation.counted_anew,
    )
    if custody.place.kind in HOME_KINDS and kind is ObservationKind.CENTRALIZED:
        return max(custody.started_at, case.arrived_at)
    return None
