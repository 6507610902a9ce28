from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checkins", "0002_partitioned")]

    operations = [
        migrations.AddField("unclear", "calls", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("unclear", "asked_back_at", models.DateTimeField(null=True)),
        migrations.AddField("unclear", "link_asked_id", models.BigIntegerField(null=True)),
        migrations.RemoveIndex("unclear", "unclear_open"),
        migrations.AddIndex(
            "unclear",
            models.Index(
                models.F("calls").desc(),
                "received_at",
                "id",
                condition=models.Q(("settled_at__isnull", True)),
                name="unclear_open",
            ),
        ),
        migrations.AddIndex(
            "unclear",
            models.Index(
                condition=models.Q(("link_asked_id__isnull", False), ("settled_at__isnull", True)),
                fields=["link_asked_id"],
                name="unclear_asked_back",
            ),
        ),
        migrations.CreateModel(
            "HeardText",
            [
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("sender", models.BigIntegerField()),
                ("text", models.BigIntegerField()),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["sender", "received_at"], name="heard_sender"),
                    models.Index(fields=["received_at"], name="heard_at"),
                ],
            },
        ),
        migrations.CreateModel(
            "BackBatch",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                ("round_id", models.BigIntegerField(default=0)),
                ("begins_at", models.DateTimeField()),
                ("batch_id", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "round_id", "begins_at"), name="backbatch_once"
                    ),
                ],
            },
        ),
    ]
