from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_emergency_contact")]
    operations = [
        migrations.RemoveIndex(model_name="stay", name="stay_cell"),
        migrations.AddIndex(
            model_name="stay",
            index=models.Index(
                condition=models.Q(("cell__isnull", False), ("departed_on__isnull", True)),
                fields=["cell"],
                include=["person", "country", "stay_from", "stay_until", "confirmed_at"],
                name="stay_cell",
            ),
        ),
    ]
