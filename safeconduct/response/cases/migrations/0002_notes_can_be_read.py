from django.db import migrations, models

_NOTE = 3


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.AddField(
            "message", "role", models.CharField(max_length=30, blank=True, db_default="", default="")
        ),
        migrations.AddField("message", "post_id", models.SmallIntegerField(null=True)),
        migrations.AddField(
            "message",
            "kept_back",
            models.CharField(max_length=8, blank=True, db_default="", default=""),
        ),
        # Nobody who wrote them was told that the person would read them.
        migrations.RunSQL(
            f"UPDATE cases_message SET kept_back = 'earlier' WHERE direction = {_NOTE}",
            migrations.RunSQL.noop,
        ),
    ]
