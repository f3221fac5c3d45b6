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

-- A custody says to whom its case is on offer, because that decides who sees it: at commit it
-- names the place of the open handoff, or nobody where none waits.
CREATE FUNCTION transfers_check_offer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked bigint := coalesce(NEW.case_id, OLD.case_id);
    on_offer bigint;
    waiting bigint;
BEGIN
    PERFORM 1 FROM returnees_case WHERE id = checked FOR NO KEY UPDATE;
    SELECT offered_to_id INTO on_offer
        FROM returnees_custody WHERE case_id = checked AND ended_at IS NULL;
    SELECT to_place_id INTO waiting
        FROM transfers_handoff WHERE case_id = checked AND status = 'offered';
    IF on_offer IS DISTINCT FROM waiting THEN
        RAISE EXCEPTION 'case % is on offer to %, and a handoff waits for %',
            checked, on_offer, waiting
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER custody_on_offer_as_handed_over
    AFTER INSERT OR UPDATE OR DELETE ON returnees_custody
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION transfers_check_offer();
CREATE CONSTRAINT TRIGGER handoff_on_offer_as_held
    AFTER INSERT OR UPDATE OR DELETE ON transfers_handoff
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION transfers_check_offer();
"""
UNDO = """
DROP TRIGGER handoff_on_offer_as_held ON transfers_handoff;
DROP TRIGGER custody_on_offer_as_handed_over ON returnees_custody;
DROP FUNCTION transfers_check_offer();
DROP TRIGGER custody_moves_by_handoff ON returnees_custody;
DROP FUNCTION transfers_custody_moves_by_handoff();
"""


class Migration(migrations.Migration):
    dependencies = [("transfers", "0001_initial")]

    operations = [migrations.RunSQL(RULES, UNDO)]
