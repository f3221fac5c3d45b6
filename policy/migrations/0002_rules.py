from django.db import migrations

# The rule of policy.days.slots_of; triggers, rounds and duties ask it in SQL.
SLOT_EXISTS = """
CREATE FUNCTION policy_slot_exists(day integer, days integer, slot text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT day BETWEEN CASE slot WHEN 'evening' THEN 0 ELSE 1 END
               AND CASE slot WHEN 'morning' THEN days ELSE days - 1 END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("policy", "0001_initial")]

    operations = [
        migrations.RunSQL(SLOT_EXISTS, "DROP FUNCTION policy_slot_exists(integer, integer, text)")
    ]
