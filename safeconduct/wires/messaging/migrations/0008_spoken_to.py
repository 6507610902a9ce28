from django.db import migrations, models

# Written when somebody changes an address, which few do; read beside every message of a family.
CREATE = """
CREATE TABLE messaging_spokento (
    person_id bigint NOT NULL,
    batch_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    CONSTRAINT spoken_once PRIMARY KEY (person_id, batch_id, delivery_id)
);
CREATE INDEX spoken_batch ON messaging_spokento (batch_id);
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0007_proofs")]
    operations = [
        migrations.RunSQL(CREATE, "DROP TABLE messaging_spokento"),
        migrations.CreateModel(
            "SpokenTo",
            [
                ("pk", models.CompositePrimaryKey("person_id", "batch_id", "delivery_id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("person_id", models.BigIntegerField()),
                ("batch_id", models.BigIntegerField()),
                ("delivery_id", models.BigIntegerField()),
            ],
            options={"db_table": "messaging_spokento", "managed": False},
        ),
    ]
