from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audiences", "0002_slices")]
    operations = [
        # A part that was being written is cut from where it had come to.
        migrations.RenameField("slice", "reached_party_id", "after_party_id"),
        migrations.AddField("slice", "until_party_id", models.BigIntegerField(null=True)),
    ]
