from django.db import migrations

# The slots of an observation have numbers, two a day. The rule of policy.slots.slots_of: day 0 has
# no morning and the last day no evening; triggers, rounds and duties ask it in SQL.
SLOTS = """
CREATE FUNCTION policy_slot_number(day integer, slot text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT day * 2 + CASE slot WHEN 'evening' THEN 1 ELSE 0 END
$$;
CREATE FUNCTION policy_slot_exists(number integer, days integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT number BETWEEN 1 AND days * 2
$$;
CREATE FUNCTION policy_slot_exists(day integer, days integer, slot text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT policy_slot_exists(policy_slot_number(day, slot), days)
$$;
CREATE FUNCTION policy_slot_in(taken smallint[], day integer, slot text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT policy_slot_number(day, slot) = ANY(taken)
$$;
"""
UNDO_SLOTS = """
DROP FUNCTION policy_slot_in(smallint[], integer, text);
DROP FUNCTION policy_slot_exists(integer, integer, text);
DROP FUNCTION policy_slot_exists(integer, integer);
DROP FUNCTION policy_slot_number(integer, text);
"""


class Migration(migrations.Migration):
    dependencies = [("policy", "0001_initial")]

    operations = [migrations.RunSQL(SLOTS, UNDO_SLOTS)]
