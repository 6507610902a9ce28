from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ladder", "0003_reached")]
    operations = [
        migrations.AddField(
            model_name="climb",
            name="failed_last_at",
            field=models.DateTimeField(null=True),
        ),
    ]
