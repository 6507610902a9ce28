from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_shared_cache"),
    ]

    operations = [
        migrations.AddField(
            model_name="officer",
            name="invitation",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="officer",
            name="invited_at",
            field=models.DateTimeField(null=True),
        ),
    ]
