from django.db import migrations, models

# Written by every fold and emptied within a second or two: no key, and nothing that a crash may
# not take, since whoever reads it also looks for itself now and then.
CREATE = """
CREATE UNLOGGED TABLE rollcall_news (
    incident_id bigint NOT NULL,
    person_id bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_cost_delay = 0);
"""


class Migration(migrations.Migration):
    dependencies = [("rollcall", "0003_order_later")]
    operations = [
        migrations.RunSQL(CREATE, "DROP TABLE rollcall_news"),
        migrations.CreateModel(
            "News",
            [
                ("pk", models.CompositePrimaryKey("incident_id", "person_id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("incident_id", models.BigIntegerField()),
                ("person_id", models.BigIntegerField()),
            ],
            options={"db_table": "rollcall_news", "managed": False},
        ),
    ]
