from django.db import migrations

# Called at commit by deferred triggers on cases and custodies, for each case they touched. The
# lock makes two transactions that change one case check one after the other.
CHECK = """
CREATE FUNCTION houshayu_check_custody(checked bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    opened timestamptz;
    closed timestamptz;
    first_start timestamptz;
    last_end timestamptz;
    still_open bigint;
    gaps bigint;
BEGIN
    SELECT opened_at, closed_at INTO opened, closed
        FROM returnees_case WHERE id = checked FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT min(started_at), max(ended_at),
           count(*) FILTER (WHERE ended_at IS NULL),
           count(*) FILTER (WHERE following IS NOT NULL AND ended_at IS DISTINCT FROM following)
    INTO first_start, last_end, still_open, gaps
    FROM (
        SELECT started_at, ended_at,
               lead(started_at) OVER (ORDER BY started_at) AS following
        FROM returnees_custody WHERE case_id = checked
    ) AS chain;
    IF closed IS NULL AND still_open <> 1 THEN
        RAISE EXCEPTION 'open case % has % open custodies', checked, still_open
            USING ERRCODE = 'check_violation', CONSTRAINT = 'open_case_has_one_custody';
    END IF;
    IF closed IS NOT NULL AND (still_open <> 0 OR last_end IS DISTINCT FROM closed) THEN
        RAISE EXCEPTION 'closed case % is still held', checked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_case_has_no_custody';
    END IF;
    IF gaps <> 0 OR first_start IS DISTINCT FROM opened THEN
        RAISE EXCEPTION 'custodies of case % leave a gap', checked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'custody_without_gap';
    END IF;
END $$;
"""

# Called likewise for each case that was closed, or whose observations changed.
CHECK_RELEASE = """
CREATE FUNCTION houshayu_check_release(checked bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    closed timestamptz;
    ended_as text;
    obligations int;
    met int;
    still_open int;
BEGIN
    SELECT closed_at, outcome, coalesce(jsonb_array_length(decision -> 'obligations'), 0)
        INTO closed, ended_as, obligations
        FROM returnees_case WHERE id = checked FOR NO KEY UPDATE;
    IF closed IS NULL THEN
        RETURN;
    END IF;
    -- The obligation that was met last is the decision's last: after a restart all count again.
    SELECT coalesce(max(obligation + 1) FILTER (
               WHERE end_reason = 'completed' AND id > coalesce(restarted, 0)), 0),
           count(*) FILTER (WHERE ended_at IS NULL)
        INTO met, still_open
        FROM returnees_observation, (
            SELECT max(id) AS restarted FROM returnees_observation
            WHERE case_id = checked AND end_reason = 'restarted'
        ) AS last_restart
        WHERE case_id = checked;
    IF ended_as = 'released' AND met < greatest(obligations, 1) THEN
        RAISE EXCEPTION 'case % is released with % obligations met', checked, met
            USING ERRCODE = 'check_violation', CONSTRAINT = 'case_released_only_when_complete';
    END IF;
    IF still_open <> 0 THEN
        RAISE EXCEPTION 'case % is closed under observation', checked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'case_closed_ends_observation';
    END IF;
END $$;
"""

# Called likewise for each case whose arrival or way changed: nobody has arrived in Beijing who was
# still somewhere on the way (arrival_time.Doubt.ON_THE_WAY).
CHECK_ARRIVAL = """
CREATE FUNCTION returnees_check_arrival(checked bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    arrived timestamptz;
    on_the_way timestamptz;
BEGIN
    SELECT arrived_at INTO arrived FROM returnees_case WHERE id = checked FOR NO KEY UPDATE;
    SELECT greatest(max(gone.departure_time), max(stop.arrived_at), max(stop.departed_at))
        INTO on_the_way
        FROM returnees_journey gone
            LEFT JOIN returnees_transitpoint stop ON stop.journey_id = gone.id
        WHERE gone.case_id = checked;
    IF arrived < on_the_way THEN
        RAISE EXCEPTION 'case % arrived while still on the way', checked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'case_arrived_after_leaving';
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("returnees", "0001_initial")]

    operations = [
        migrations.RunSQL(CHECK, "DROP FUNCTION houshayu_check_custody(bigint)"),
        migrations.RunSQL(CHECK_RELEASE, "DROP FUNCTION houshayu_check_release(bigint)"),
        migrations.RunSQL(CHECK_ARRIVAL, "DROP FUNCTION returnees_check_arrival(bigint)"),
    ]
