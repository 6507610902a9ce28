"""What is over is forgotten, and one broken rule does not save the rest."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel.clock import stopped_at
from safeconduct.ground.privacy import queries, retention
from safeconduct.ground.privacy.models import RetentionRun
from safeconduct.ground.privacy.tasks import apply_retention

FIRST = datetime(2026, 11, 22, 2, 17, tzinfo=UTC)


def _break(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
    return 1


@pytest.fixture(autouse=True)
def _rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention.rules, "_items", {})
    retention.rule("b.fine", "", lambda now: 3)
    retention.rule("c.idle", "", lambda now: 0)


def _stumble(now: datetime) -> int:
    raise ValueError("a mistake of ours")


@pytest.mark.django_db
@pytest.mark.parametrize("broken", [_break, _stumble])
def test_every_rule_runs_and_a_failure_stays_its_own(broken) -> None:
    retention.rule("a.broken", "", broken)
    assert apply_retention(timestamp=0) == {"a.broken": None, "b.fine": 3, "c.idle": 0}
    entry = Entry.objects.get(kind="privacy.forgotten")
    assert entry.detail == {"rule": "b.fine", "count": 3}


@pytest.mark.django_db
def test_when_each_rule_did_its_work_is_known_and_since_when_one_fails() -> None:
    assert queries.last_forgotten() is None
    with stopped_at(FIRST):
        apply_retention(timestamp=0)
    assert queries.last_forgotten() == FIRST
    retention.rules._items["b.fine"] = retention.RetentionRule("b.fine", "", _break)
    for nights in (1, 2):
        with stopped_at(FIRST + timedelta(days=nights)):
            apply_retention(timestamp=0)
    broken, fine = queries.runs()
    assert (broken.rule, broken.ran_at) == ("b.fine", FIRST)
    assert broken.fails_since == FIRST + timedelta(days=1)
    assert fine.ran_at == FIRST + timedelta(days=2)
    assert queries.last_forgotten() == FIRST, "the page says the night everything was done"


@pytest.mark.django_db
def test_a_rule_that_is_gone_is_not_taken_for_one_that_sleeps() -> None:
    RetentionRun.objects.create(rule="old.rule", ran_at=FIRST)
    apply_retention(timestamp=0)
    assert {run.rule for run in queries.runs()} == {"b.fine", "c.idle"}
