from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0011_what_was_not_read")]

    operations = [
        migrations.AddField(
            "Party", "source_key", models.CharField(max_length=64, blank=True, db_default="")
        ),
        migrations.AddConstraint(
            "Party",
            models.UniqueConstraint(
                fields=["source_key"],
                condition=~models.Q(source_key=""),
                name="party_source_once",
            ),
        ),
    ]
