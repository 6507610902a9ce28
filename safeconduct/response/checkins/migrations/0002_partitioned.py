from django.db import migrations

CREATE = """
-- Deals blocks of asked-ids, not ids: terms.BLOCK_SIZE ids follow from each number.
CREATE SEQUENCE checkins_asked_block_seq;
CREATE TABLE checkins_asked (
    incident_id bigint NOT NULL,
    id bigint NOT NULL,
    round_id bigint NOT NULL,
    person_id bigint NOT NULL,
    party_id bigint NOT NULL,
    asked_at timestamptz NOT NULL,
    post_id smallint,
    CONSTRAINT asked_key PRIMARY KEY (incident_id, id),
    CONSTRAINT asked_once UNIQUE (incident_id, round_id, party_id, person_id)
) PARTITION BY LIST (incident_id);
CREATE SEQUENCE checkins_reply_id_seq CACHE 100;
CREATE TABLE checkins_reply (
    incident_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('checkins_reply_id_seq'),
    asked_id bigint NOT NULL,
    answered_by_id bigint NOT NULL,
    person_id bigint NOT NULL,
    key uuid NOT NULL,
    stated_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    answer smallint NOT NULL,
    channel smallint NOT NULL,
    CONSTRAINT reply_key PRIMARY KEY (incident_id, id),
    CONSTRAINT reply_once UNIQUE (incident_id, asked_id, key)
) PARTITION BY LIST (incident_id);
"""


class Migration(migrations.Migration):
    dependencies = [("checkins", "0001_initial")]
    operations = [
        migrations.RunSQL(
            CREATE,
            "DROP TABLE checkins_reply, checkins_asked;"
            " DROP SEQUENCE checkins_reply_id_seq, checkins_asked_block_seq;",
        )
    ]
