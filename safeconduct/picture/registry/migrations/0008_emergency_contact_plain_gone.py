from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0007_emergency_contact_sealed")]

    operations = [
        migrations.AlterField("EmergencyContact", "sealed", models.BinaryField()),
        migrations.RemoveField("EmergencyContact", "name"),
        migrations.RemoveField("EmergencyContact", "relation"),
        migrations.RemoveField("EmergencyContact", "phone"),
        # A column that was dropped stays in the file until its rows are written anew.
        migrations.RunSQL(
            "CLUSTER registry_emergencycontact USING registry_emergencycontact_pkey;"
            " ALTER TABLE registry_emergencycontact SET WITHOUT CLUSTER",
            migrations.RunSQL.noop,
        ),
    ]
