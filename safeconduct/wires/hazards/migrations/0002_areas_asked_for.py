from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hazards", "0001_initial")]

    operations = [
        migrations.AddField("signal", "asked_at", models.DateTimeField(null=True)),
        migrations.AddField("signal", "unanswered", models.JSONField(null=True)),
    ]
