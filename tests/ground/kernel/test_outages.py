"""A database that is away is waited for; what is wrong in itself is not."""

import django.db
import psycopg
import pytest
from django.db import connection, transaction

from safeconduct.ground.kernel.outages import is_outage

pytestmark = pytest.mark.django_db


def fault_of(statement: str, *, bare: bool) -> Exception:
    connection.ensure_connection()
    try:
        with transaction.atomic():
            if bare:
                psycopg.Cursor(connection.connection).execute(statement)
            else:
                connection.cursor().execute(statement)
    except (psycopg.Error, django.db.Error) as fault:
        return fault
    raise AssertionError(statement)


@pytest.mark.parametrize("bare", [True, False])
def test_a_missing_table_passes_with_the_upgrade(bare: bool) -> None:
    assert is_outage(fault_of("SELECT * FROM nothing_of_that_name", bare=bare))


@pytest.mark.parametrize("bare", [True, False])
def test_what_a_report_holds_does_not_pass(bare: bool) -> None:
    assert not is_outage(fault_of("SELECT 1/0", bare=bare))
    assert not is_outage(fault_of("SELECT '12 o''clock'::timestamptz", bare=bare))


def test_a_lost_connection_passes_and_a_mistake_of_ours_does_not() -> None:
    assert is_outage(django.db.OperationalError("gone"))
    assert is_outage(psycopg.InterfaceError("closed"))
    assert not is_outage(psycopg.ProgrammingError("cannot adapt type 'dict'"))
    assert not is_outage(AttributeError("x"))
