from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("alerts", "0003_level_text")]
    operations = [
        # Each part of an audience says by itself how far it was written (audiences.Slice).
        migrations.RemoveField("release", "expanded_to_party_id"),
    ]
