"""The suite's own surroundings hold."""

import socket

import pytest
from django.db import connection


def test_other_machines_are_out_of_reach():
    with socket.socket() as probe, pytest.raises(UserWarning, match=r"192\.0\.2\.1"):
        probe.connect(("192.0.2.1", 80))


@pytest.mark.django_db
def test_letters_of_every_alphabet_are_letters_to_the_database():
    """With plain C, pg_trgm and lower() are blind to Cyrillic and Azerbaijani."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower('ƏЖ'), 'я' ~ '\\w'")
        assert cursor.fetchone() == ("əж", True)
