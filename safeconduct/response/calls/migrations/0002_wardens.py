import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_initial")]

    operations = [
        migrations.CreateModel(
            "WardenList",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("warden", models.CharField(max_length=100)),
                ("language", models.CharField(max_length=5)),
                ("country", models.CharField(max_length=2)),
                ("made_by_id", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
            ],
            options={"ordering": ["-made_at", "-id"]},
        ),
        migrations.CreateModel(
            "WardenCall",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch_id", models.BigIntegerField()),
                ("delivery_id", models.BigIntegerField()),
                ("person_id", models.BigIntegerField()),
                ("incident_id", models.BigIntegerField(null=True)),
                ("tries", models.SmallIntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calls",
                        to="calls.wardenlist",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["person_id"], name="warden_call_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("of", "delivery_id"), name="warden_call_once")
                ],
            },
        ),
        migrations.AddField("call", "warden_list_id", models.BigIntegerField(null=True)),
    ]
