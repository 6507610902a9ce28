from django.db import migrations

CREATE = """
CREATE SEQUENCE rollcall_sighting_id_seq CACHE 100;
CREATE TABLE rollcall_sighting (
    incident_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('rollcall_sighting_id_seq'),
    person_id bigint NOT NULL,
    stated_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    closes_help_at timestamptz,
    actor_id bigint,
    witness smallint NOT NULL,
    presence smallint,
    safety smallint,
    round_number smallint,
    actor_kind varchar(10) NOT NULL,
    told_by varchar(100) NOT NULL DEFAULT '',
    CONSTRAINT sighting_key PRIMARY KEY (incident_id, id)
) PARTITION BY LIST (incident_id);
CREATE INDEX sighting_person ON rollcall_sighting (person_id);
CREATE TABLE rollcall_standing (
    incident_id bigint NOT NULL,
    person_id bigint NOT NULL,
    party_id bigint NOT NULL,
    cell bigint,
    claimed_by bigint,
    stated_at timestamptz,
    record_at timestamptz NOT NULL,
    claimed_at timestamptz,
    asked_at timestamptz,
    there_at timestamptz,
    called_at timestamptz,
    closed_through timestamptz,
    presence smallint NOT NULL,
    safety smallint NOT NULL,
    heard_round smallint NOT NULL DEFAULT 0,
    asked_round smallint NOT NULL DEFAULT 0,
    post_id smallint,
    intensity smallint NOT NULL DEFAULT 0,
    vulnerability smallint NOT NULL DEFAULT 0,
    attempts smallint NOT NULL DEFAULT 0,
    conflict boolean NOT NULL DEFAULT false,
    help_open boolean NOT NULL DEFAULT false,
    reachable boolean NOT NULL DEFAULT false,
    country varchar(2) NOT NULL,
    words jsonb,
    CONSTRAINT standing_key PRIMARY KEY (incident_id, person_id)
) PARTITION BY LIST (incident_id);
-- No index names a column that a first answer of "safe" changes: such updates stay on their page.
CREATE INDEX standing_help ON rollcall_standing (incident_id, called_at, person_id)
    WHERE help_open;
CREATE INDEX standing_conflict ON rollcall_standing (incident_id, person_id) WHERE conflict;
CREATE INDEX standing_silent ON rollcall_standing
    (incident_id, intensity DESC, vulnerability DESC, record_at, person_id);
ALTER TABLE rollcall_tally SET (fillfactor = 50);
ALTER TABLE rollcall_minute SET (fillfactor = 50);
ALTER TABLE rollcall_version SET (fillfactor = 10);
ALTER TABLE rollcall_pulse SET (fillfactor = 10);
"""


class Migration(migrations.Migration):
    dependencies = [("rollcall", "0001_initial")]
    operations = [
        migrations.RunSQL(
            CREATE,
            "DROP TABLE rollcall_standing, rollcall_sighting;"
            " DROP SEQUENCE rollcall_sighting_id_seq;",
        )
    ]
