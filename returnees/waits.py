"""What the statements of duties share, and those about people of whom nobody knows enough."""

from __future__ import annotations

from collections.abc import Iterable

from houshayu.models import HOME_KINDS, PlaceKind
from policy import ObservationKind

HELD = """
    JOIN returnees_custody held ON held.case_id = observed.case_id AND held.ended_at IS NULL
"""
NUMBER = "(SELECT number FROM returnees_case WHERE id = observed.case_id)"
NOBODY_ELSE = "NULL::bigint AS other_place_id, NULL::bigint AS user_id"
LOCAL_TODAY = "(%(now)s AT TIME ZONE 'Asia/Shanghai')::date"


def _listed(values: Iterable[str]) -> str:
    """Values of ours, in SQL."""
    return "({})".format(", ".join(f"'{value}'" for value in values))


# However long nobody looks: an older gap than yesterday's is here, until the person is measured.
UNMEASURED = f"""
SELECT observed.case_id AS about_id, concat_ws(':', observed.id, last.on_day) AS occurrence,
       held.place_id, {NOBODY_ELSE},
       (last.on_day + %(days)s + %(evening)s::time) AT TIME ZONE 'Asia/Shanghai' AS due_at,
       jsonb_build_object('number', {NUMBER}) AS says
FROM returnees_observation observed {HELD}
    CROSS JOIN LATERAL (
        SELECT observed.started_on + coalesce(max(number) >> 1, 0) AS on_day
        FROM unnest(observed.slots_taken) AS numbers (number)
    ) AS last
WHERE observed.ended_at IS NULL AND last.on_day < observed.release_on
  AND (last.on_day + %(days)s + %(evening)s::time) AT TIME ZONE 'Asia/Shanghai' <= %(now)s
"""
# As placing.misplaced_since says of one.
MISPLACED = f"""
SELECT observed.case_id AS about_id, concat_ws(':', observed.id, held.id) AS occurrence,
       held.place_id, {NOBODY_ELSE},
       CASE WHEN standing.kind = '{PlaceKind.HUB}' THEN held.started_at + %(hub_within)s
            ELSE greatest(held.started_at, person.arrived_at) END AS due_at,
       jsonb_build_object('number', person.number) AS says
FROM returnees_observation observed {HELD}
    JOIN houshayu_place standing ON standing.id = held.place_id
    JOIN returnees_case person ON person.id = observed.case_id
WHERE observed.ended_at IS NULL AND observed.kind IN {_listed(ObservationKind.staying_in())}
  AND observed.release_on > {LOCAL_TODAY}
  AND (standing.kind = '{PlaceKind.HUB}' OR standing.kind IN {_listed(HOME_KINDS)} AND (
      observed.counted_anew
      OR person.decision -> 'obligations' -> least(
          observed.obligation, jsonb_array_length(person.decision -> 'obligations') - 1
      ) ->> 'kind' = '{ObservationKind.CENTRALIZED}'))
"""
# Before the person arrives it should be known where they go. It is asked for only where it can
# change something: decisions.assessment_matters says the same of one.
ASSESSMENT = f"""
SELECT asked.case_id AS about_id, '' AS occurrence, held.place_id, {NOBODY_ELSE},
       coalesce(waiting.arrived_at, waiting.expected_arrival_at) AS due_at,
       jsonb_build_object('number', waiting.number) AS says
FROM returnees_case waiting
    JOIN returnees_observationrequest asked ON asked.case_id = waiting.id
    JOIN returnees_custody held ON held.case_id = waiting.id AND held.ended_at IS NULL
WHERE waiting.closed_at IS NULL AND asked.requested_mode = 'home'
  AND asked.assessment_result = 'pending'
  AND waiting.decision -> 'waiting_for' @> '["assessment"]'
  AND NOT EXISTS (
      SELECT 1 FROM returnees_observation going
      WHERE going.case_id = waiting.id AND going.ended_at IS NULL
        AND (going.counted_anew OR going.obligation > 0)
  )
"""
# Of each custody anew: another hotel has other rooms.
ROOM = f"""
SELECT held.case_id AS about_id, held.id::text AS occurrence, held.place_id, {NOBODY_ELSE},
       held.started_at + %(within)s AS due_at,
       jsonb_build_object('number', lodged.number) AS says
FROM returnees_custody held
    JOIN returnees_case lodged ON lodged.id = held.case_id
    JOIN houshayu_place hotel ON hotel.id = held.place_id AND hotel.kind = '{PlaceKind.HOTEL}'
WHERE held.ended_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM returnees_roomstay stay
    WHERE stay.case_id = held.case_id AND stay.ended_at IS NULL
)
"""
# As Attempt.objects.in_vain() says.
IN_VAIN = """
    FROM returnees_attempt tried
        JOIN returnees_custody held ON held.case_id = tried.case_id AND held.ended_at IS NULL
        JOIN returnees_case sought ON sought.id = tried.case_id
    WHERE tried.result <> 'reached' AND NOT EXISTS (
        SELECT 1 FROM returnees_attempt later
        WHERE later.case_id = tried.case_id AND later.result = 'reached'
          AND later.made_at >= tried.made_at
    ) AND NOT EXISTS (
        SELECT 1 FROM returnees_checkin taken
            JOIN returnees_observation measured ON measured.id = taken.observation_id
        WHERE measured.case_id = tried.case_id AND taken.taken_at > tried.made_at
    )
"""
# The last attempt says who goes next; the first one, since when the person is sought.
NOT_REACHED = f"""
SELECT DISTINCT ON (tried.case_id) tried.case_id AS about_id, tried.id::text AS occurrence,
       held.place_id, NULL::bigint AS other_place_id, tried.next_by_id AS user_id,
       tried.next_at AS due_at, jsonb_build_object('number', sought.number) AS says
{IN_VAIN}
ORDER BY tried.case_id, tried.made_at DESC, tried.id DESC
"""
MISSING = f"""
SELECT DISTINCT ON (tried.case_id) tried.case_id AS about_id, tried.id::text AS occurrence,
       held.place_id, {NOBODY_ELSE}, tried.made_at + %(missing_after)s AS due_at,
       jsonb_build_object('number', sought.number) AS says
{IN_VAIN}
ORDER BY tried.case_id, tried.made_at, tried.id
"""
