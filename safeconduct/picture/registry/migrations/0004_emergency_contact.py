import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_newer_lists")]

    operations = [
        migrations.CreateModel(
            "EmergencyContact",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "party",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="emergency_contact",
                        to="registry.party",
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("relation", models.CharField(blank=True, max_length=60)),
                ("phone", models.CharField(max_length=40)),
                ("named_at", models.DateTimeField()),
            ],
        ),
    ]
