from django.db import migrations

# These rules need both tables, and transfers is the app that knows both.
RULES = """
CREATE FUNCTION transfers_custody_moves_by_handoff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM returnees_custody
        WHERE case_id = NEW.case_id AND started_at < NEW.started_at
    ) AND NOT EXISTS (
        SELECT 1 FROM transfers_handoff
        WHERE custody_id = NEW.id AND status = 'accepted'
    ) AND EXISTS (SELECT 1 FROM returnees_custody WHERE id = NEW.id) THEN
        RAISE EXCEPTION 'custody % did not begin with an accepted handoff', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'custody_moves_by_handoff';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER custody_moves_by_handoff
    AFTER INSERT OR UPDATE OF case_id, place_id, started_at ON returnees_custody
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION transfers_custody_moves_by_handoff();

CREATE FUNCTION transfers_closed_case_has_no_offer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM transfers_handoff WHERE case_id = NEW.id AND status = 'offered'
    ) THEN
        RAISE EXCEPTION 'case % is closed while a handoff waits', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_case_has_no_offer';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER closed_case_has_no_offer
    AFTER INSERT OR UPDATE OF closed_at ON returnees_case
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.closed_at IS NOT NULL)
    EXECUTE FUNCTION transfers_closed_case_has_no_offer();
"""
UNDO = """
DROP TRIGGER custody_moves_by_handoff ON returnees_custody;
DROP FUNCTION transfers_custody_moves_by_handoff();
DROP TRIGGER closed_case_has_no_offer ON returnees_case;
DROP FUNCTION transfers_closed_case_has_no_offer();
"""


class Migration(migrations.Migration):
    dependencies = [("transfers", "0001_initial")]

    operations = [migrations.RunSQL(RULES, UNDO)]
