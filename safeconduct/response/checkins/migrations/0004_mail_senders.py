from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checkins", "0003_texts")]

    operations = [
        migrations.AlterField("unclear", "sender", models.CharField(blank=True, max_length=254)),
    ]
