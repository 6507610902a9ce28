from django.db import migrations

# Whoever lays out a million people adds to thousands of tallies with every chunk. Added up one by
# one that took as long as writing the people; laid down beside, with no key to keep, a quarter.
# A child of the tallies: whoever reads those reads it too, and sums.
CREATE = """
CREATE TABLE rollcall_increment () INHERITS (rollcall_tally);
ALTER TABLE rollcall_increment SET (autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0);
"""


class Migration(migrations.Migration):
    dependencies = [("rollcall", "0004_news")]
    operations = [migrations.RunSQL(CREATE, "DROP TABLE rollcall_increment")]
