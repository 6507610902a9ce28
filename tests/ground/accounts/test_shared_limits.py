"""Tries of signing in are counted once for all web processes, by the caller's own address."""

import pytest
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection

pytestmark = pytest.mark.django_db


def test_what_one_process_counts_another_reads():
    caches["default"].set("tried", [1.0, 2.0], 60)
    # As another process has it: nothing in memory but where the table is.
    other = DatabaseCache("accounts_cache", {})
    assert other.get("tried") == [1.0, 2.0]
    assert not other.add("tried", "again")


def test_a_backup_of_a_database_that_crashed_needs_none_of_it():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'accounts_cache'")
        assert cursor.fetchone() == ("u",)


def test_too_many_tries_from_one_address_are_turned_away_whichever_process_counted(client):
    form = {"login": "nobody@mfa.example", "password": "wrong"}
    answers = [
        client.post("/account/login/", form, REMOTE_ADDR="203.0.113.9").status_code
        for _ in range(40)
    ]
    assert 429 in answers
    caches["default"].clear()
    assert client.post("/account/login/", form, REMOTE_ADDR="203.0.113.9").status_code == 200
