from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.AddField(
            "message", "role", models.CharField(max_length=30, blank=True, db_default="", default="")
        ),
        migrations.AddField("message", "post_id", models.SmallIntegerField(null=True)),
        # Nobody who wrote a note before this release was told that the person would read it, nor
        # is whoever writes one by the release before it, while an upgrade runs or is taken back.
        migrations.AddField(
            "message",
            "kept_back",
            models.CharField(max_length=8, blank=True, db_default="earlier", default=""),
        ),
    ]
