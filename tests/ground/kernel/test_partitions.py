"""Partitions come and go without keeping anybody waiting."""

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from safeconduct.ground.kernel import partitions
from safeconduct.ground.kernel.partitions import drop_partition, ensure_partition

KEY = 987_654_321


@pytest.mark.django_db(transaction=True)
def test_whoever_forgets_gives_way_to_a_backup(monkeypatch) -> None:
    monkeypatch.setattr(partitions, "PATIENCE", "50ms")
    with transaction.atomic():
        ensure_partition("rollcall_sighting", KEY)
    params = connection.get_connection_params()
    params = {
        name: params[name]
        for name in ("dbname", "host", "port", "user", "password")
        if name in params
    }
    with psycopg.connect(**params) as backup:
        backup.execute("LOCK TABLE rollcall_sighting IN ACCESS SHARE MODE")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            drop_partition("rollcall_sighting", KEY)
    with transaction.atomic():
        drop_partition("rollcall_sighting", KEY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"rollcall_sighting_{KEY}"])
        assert cursor.fetchone() == (None,)
