"""What is over is forgotten, and one broken rule does not save the rest."""

from datetime import datetime

import pytest
from django.db import connection

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.privacy import retention
from safeconduct.ground.privacy.tasks import apply_retention


def _break(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
    return 1


@pytest.mark.django_db
def test_every_rule_runs_and_a_failure_stays_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention.rules, "_items", {})
    retention.rule("a.broken", "", _break)
    retention.rule("b.fine", "", lambda now: 3)
    retention.rule("c.idle", "", lambda now: 0)
    assert apply_retention(timestamp=0) == {"a.broken": None, "b.fine": 3, "c.idle": 0}
    entry = Entry.objects.get(kind="privacy.forgotten")
    assert entry.detail == {"rule": "b.fine", "count": 3}
