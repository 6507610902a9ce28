from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0002_mail_senders")]

    operations = [
        migrations.CreateModel(
            name="RawReport",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("received_at", models.DateTimeField()),
                ("key", models.UUIDField()),
                ("kind", models.SmallIntegerField()),
                ("crowded", models.BooleanField(db_default=False, default=False)),
                ("sealed", models.BinaryField()),
                ("photos", models.BinaryField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["crowded", "id"], name="rawreport_order"),
                    models.Index(fields=["key"], name="rawreport_key"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HelpWords",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("received_at", models.DateTimeField()),
                ("sealed", models.BinaryField()),
            ],
        ),
    ]
