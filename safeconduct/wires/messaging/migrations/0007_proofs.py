from django.db import migrations, models

# Written by every fold of receipts and emptied within a second or two: no key, and nothing that
# a crash may not take, since whoever reads it also looks for itself now and then.
CREATE = """
CREATE UNLOGGED TABLE messaging_proof (
    batch_id bigint NOT NULL,
    recipient_id bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_cost_delay = 0);
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0006_failed_index")]
    operations = [
        migrations.RunSQL(CREATE, "DROP TABLE messaging_proof"),
        migrations.CreateModel(
            "Proof",
            [
                ("pk", models.CompositePrimaryKey("batch_id", "recipient_id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("batch_id", models.BigIntegerField()),
                ("recipient_id", models.BigIntegerField()),
            ],
            options={"db_table": "messaging_proof", "managed": False},
        ),
    ]
