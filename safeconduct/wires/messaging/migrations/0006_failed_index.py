from django.db import migrations

# What failed of a batch, newest last: asked by every look at its steps. The states are
# ladder.terms.FAILED.
CREATE = """
CREATE INDEX delivery_failed ON messaging_delivery (batch_id, settled_at)
    WHERE state IN (10, 11, 12, 14, 15, 17)
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_providers")]
    operations = [migrations.RunSQL(CREATE, "DROP INDEX delivery_failed")]
