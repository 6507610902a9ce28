from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]

    operations = [
        migrations.AlterField(
            "rawanswer", "sender", models.CharField(blank=True, max_length=254)
        ),
    ]
