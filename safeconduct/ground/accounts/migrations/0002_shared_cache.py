"""Where every web process counts tries of signing in: Django's database cache, its table made here.

Unlogged: a crash may forget who tried how often, and no backup needs to know.
"""

from django.db import migrations

_MAKE = """
CREATE UNLOGGED TABLE IF NOT EXISTS accounts_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS accounts_cache_expires ON accounts_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(_MAKE, "DROP TABLE accounts_cache")]
