import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0002_stop_and_push"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="rows_changed",
            field=models.IntegerField(default=0),
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("batch_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="registry.source"
                    ),
                ),
            ],
        ),
    ]
