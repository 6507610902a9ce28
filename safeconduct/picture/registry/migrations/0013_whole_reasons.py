from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0012_families_of_lists")]

    operations = [
        migrations.AlterField("ImportRun", "failure", models.CharField(max_length=500, blank=True)),
    ]
