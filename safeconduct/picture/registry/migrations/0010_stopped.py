from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0009_rows_kept")]
    operations = [
        migrations.AddIndex(
            model_name="contactpoint",
            index=models.Index(
                condition=models.Q(("stopped_at__isnull", False)),
                fields=["person"],
                name="contact_stopped",
            ),
        ),
    ]
