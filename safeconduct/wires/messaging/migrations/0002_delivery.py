from django.db import migrations

# Columns that several queries filter by are in an index only while they matter: a message
# enters delivery_waiting when it waits and delivery_claimed while a sender holds it, so
# both stay as small as the work at hand. delivery_once leads with the recipient, and so
# answers "what did we send this person" as well.
CREATE = """
CREATE SEQUENCE messaging_delivery_id_seq CACHE 100;
CREATE TABLE messaging_delivery (
    batch_id bigint NOT NULL,
    id bigint NOT NULL DEFAULT nextval('messaging_delivery_id_seq'),
    recipient_id bigint NOT NULL,
    subject_id bigint,
    due_at timestamptz NOT NULL,
    leased_until timestamptz,
    handed_at timestamptz,
    settled_at timestamptz,
    channel smallint NOT NULL,
    state smallint NOT NULL,
    attempts smallint NOT NULL DEFAULT 0,
    post_id smallint,
    covers smallint NOT NULL DEFAULT 1,
    maybe_twice boolean NOT NULL DEFAULT false,
    address varchar(254) NOT NULL,
    language varchar(5) NOT NULL,
    country varchar(2) NOT NULL DEFAULT '',
    provider varchar(30) NOT NULL DEFAULT '',
    provider_ref varchar(100) NOT NULL DEFAULT '',
    failure varchar(100) NOT NULL DEFAULT '',
    CONSTRAINT delivery_key PRIMARY KEY (batch_id, id),
    CONSTRAINT delivery_once UNIQUE (recipient_id, channel, batch_id)
) PARTITION BY LIST (batch_id);
CREATE INDEX delivery_waiting ON messaging_delivery (batch_id, channel, id) WHERE state = 0;
CREATE INDEX delivery_claimed ON messaging_delivery (leased_until) WHERE state = 1;
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]
    operations = [
        migrations.RunSQL(
            CREATE, "DROP TABLE messaging_delivery; DROP SEQUENCE messaging_delivery_id_seq;"
        )
    ]
