from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0010_stopped")]

    operations = [
        migrations.AddField(
            "ImportRun", "languages_unknown", models.IntegerField(db_default=0, default=0)
        ),
        migrations.AddField("ImportRun", "columns_unread", models.JSONField(null=True)),
    ]
