from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0008_emergency_contact_plain_gone")]

    operations = [
        migrations.AddField(
            "ImportRun", "rows_kept", models.IntegerField(db_default=0, default=0)
        ),
    ]
