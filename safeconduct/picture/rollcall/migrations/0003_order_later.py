from django.db import migrations

# From now on each partition gets the index when its roll is complete; those there are have one.
FORWARD = """
DROP INDEX standing_silent;
DO $$
DECLARE part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent = 'rollcall_standing'::regclass
    LOOP
        EXECUTE format('CREATE INDEX %I ON %s (intensity DESC, vulnerability DESC, record_at,'
            ' person_id)', part::text || '_silent', part);
    END LOOP;
END $$;
"""
BACK = """
DO $$
DECLARE part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent = 'rollcall_standing'::regclass
    LOOP
        EXECUTE format('DROP INDEX IF EXISTS %I', part::text || '_silent');
    END LOOP;
END $$;
CREATE INDEX standing_silent ON rollcall_standing
    (incident_id, intensity DESC, vulnerability DESC, record_at, person_id);
"""


class Migration(migrations.Migration):
    dependencies = [("rollcall", "0002_partitioned")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
