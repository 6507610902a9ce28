"""Health and figures over HTTP: true, cheap, and for watchers only."""

import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
import yaml
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from safeconduct.ground.kernel import clock
from safeconduct.picture.rollcall.models import Pulse as DrainPulse
from safeconduct.picture.rollcall.queries import reports_waiting, waiting
from safeconduct.portals.operators import figures, queries
from safeconduct.wires.intake.engine import watch
from safeconduct.wires.intake.models import RawReport
from safeconduct.wires.messaging.models import ProviderHealth
from safeconduct.wires.messaging.terms import Lane
from tests import builders, messages

pytestmark = pytest.mark.django_db
DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
HERE = {"HTTP_HOST": "127.0.0.1"}
PROVIDERS = {"PROVIDERS": {"carrier": {"kind": "kannel", "channel": "sms"}}}


def asked(client, path="/metrics", **surroundings):
    return client.get(path, **HERE | surroundings)


def told(client):
    lines = asked(client).content.decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_strangers_learn_yes_or_no_and_nothing_else(client):
    for how in ({"HTTP_HOST": "testserver"}, HERE | {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}):
        assert client.get("/health", **how).json() == {"works": True}
        assert client.get("/metrics", **how).status_code == 404
    assert client.get("/health/live", HTTP_HOST="testserver").json() == {"works": True}


@override_settings(WATCH_TOKEN="a token")
def test_a_token_opens_it_from_anywhere(client):
    told = {"HTTP_HOST": "testserver", "HTTP_AUTHORIZATION": "Bearer a token"}
    assert "parts" in client.get("/health", **told).json()
    assert client.get("/metrics", **told).status_code == 200


def test_a_silent_sender_is_told_but_takes_no_page_off_the_net(client, settings):
    settings.MESSAGING = settings.MESSAGING | PROVIDERS
    answer = asked(client, "/health")
    assert answer.status_code == 200
    state = answer.json()
    assert state["works"]
    assert not state["all_works"]
    assert state["parts"]["sender"] == {"works": False, "seen_seconds": None}
    assert state["parts"]["providers"] == {"works": False, "down": ["carrier"]}


def test_a_database_that_is_away_is_503_and_one_figure(client, monkeypatch):
    from django.db import OperationalError

    from safeconduct.portals.operators import soundness

    def away(*_):
        raise OperationalError("gone")

    monkeypatch.setattr(soundness, "_tables_are_current", away)
    monkeypatch.setattr(figures, "of_all", away)
    assert asked(client, "/health").status_code == 503
    assert told(client) == {"safeconduct_database_up": "0"}


def test_missing_tables_are_503(client, monkeypatch):
    from safeconduct.portals.operators import soundness

    monkeypatch.setattr(soundness, "_tables_are_current", lambda: False)
    answer = asked(client, "/health")
    assert answer.status_code == 503
    assert answer.json()["parts"] == {"migrations": {"works": False}}


def test_the_oldest_message_of_each_lane_is_told_since_it_could_have_left():
    now = clock.now()
    half_an_hour = timedelta(minutes=30)
    urgent, bulk = messages.batch(lane=Lane.URGENT), messages.batch(now=now - half_an_hour)
    for each, last in ((urgent, 3), (bulk, 3)):
        messages.fill(each.pk, last)
    messages.put(urgent.pk, 1, due_at=now - timedelta(seconds=40))
    # Tried in vain: greylisted and due only later, or due again and not leaving.
    for recipient in (1, 2, 3):
        messages.put(bulk.pk, recipient, due_at=now + timedelta(hours=1), attempts=2)
    assert Lane.BULK not in queries.oldest_waiting(now)
    messages.put(bulk.pk, 3, due_at=now - timedelta(seconds=9))
    found = queries.oldest_waiting(now)
    assert now - found[Lane.URGENT] == timedelta(seconds=40)
    assert now - found[Lane.BULK] == timedelta(seconds=9)


def test_what_was_stopped_or_has_left_waits_no_more():
    from safeconduct.wires.messaging.actions import stop_batch

    now = clock.now()
    stopped, left = messages.batch(lane=Lane.URGENT), messages.batch()
    for each in (stopped, left):
        messages.fill(each.pk, 1)
        messages.put(each.pk, 1, due_at=now - timedelta(minutes=1))
    stop_batch(batch_id=stopped.pk, now=now, actor=builders.TESTER)
    messages.put(left.pk, 1, state=2)
    assert queries.oldest_waiting(now) == {}


def test_the_figures_say_what_is_in_the_tables(client, settings):
    settings.MESSAGING = settings.MESSAGING | PROVIDERS
    now = clock.now()
    ProviderHealth.objects.create(
        provider="carrier", sender="one:1", channel=1, seen_at=now, last_ok_at=now,
        handed=90, failed=3, latency_ms=250,
    )  # fmt: skip
    DrainPulse.objects.create(name="drain", seen_at=now - timedelta(seconds=20))
    messages.fill(messages.batch().pk, 5)
    builders.raw_answer(1, received_at=now - timedelta(seconds=30))
    found = told(client)
    assert found['safeconduct_messages{channel="sms",state="waiting"}'] == "5"
    assert found['safeconduct_provider_up{provider="carrier",channel="sms"}'] == "1"
    latency = found['safeconduct_provider_latency_seconds{provider="carrier",channel="sms"}']
    assert latency == "0.250"
    assert found["safeconduct_answers_waiting"] == "1"
    assert 29 < float(found["safeconduct_answers_oldest_seconds"]) < 40
    assert 19 < float(found["safeconduct_drain_seen_seconds"]) < 30
    assert found["safeconduct_jobs_stalled"] == "0"


def report(seconds: int) -> None:
    RawReport.objects.create(
        received_at=clock.now() - timedelta(seconds=seconds), key=uuid4(), kind=1, sealed=b"x"
    )


def test_reports_that_nobody_files_are_told(client):
    assert asked(client, "/health").json()["parts"]["reports"] == {
        "works": False,
        "seen_seconds": None,
        "waiting": 0,
        "oldest_seconds": 0.0,
    }
    DrainPulse.objects.create(name="reports", seen_at=clock.now())
    assert asked(client, "/health").json()["parts"]["reports"]["works"]
    report(50)
    assert asked(client, "/health").json()["parts"]["reports"]["works"]
    report(70)
    # The drain of answers is another process: its pulse says nothing of this one.
    DrainPulse.objects.create(name="drain", seen_at=clock.now() - timedelta(minutes=5))
    found = told(client)
    assert found["safeconduct_reports_waiting"] == "2"
    assert 69 < float(found["safeconduct_reports_oldest_seconds"]) < 90
    assert float(found["safeconduct_reports_drain_seen_seconds"]) < 15
    assert float(found["safeconduct_drain_seen_seconds"]) > 290
    assert not asked(client, "/health").json()["parts"]["reports"]["works"]


def test_whoever_files_reports_says_that_it_lives(monkeypatch):
    """One turn of the loop that runs in production, not a row written by the test."""
    from threading import Event

    from safeconduct.response.cases.engine import drain

    class Once(Event):
        def wait(self, _timeout=None):
            self.set()
            return True

    # The test goes on with its connection.
    monkeypatch.setattr(drain, "connection", SimpleNamespace(close=lambda: None))
    drain.run(Once())
    assert reports_waiting().drain_seen_at is not None
    assert waiting().drain_seen_at is None


def test_deletions_that_no_restore_would_know_of_are_told(client, settings, tmp_path):
    from safeconduct.ground.privacy import forgotten

    settings.PRIVACY = settings.PRIVACY | {"FORGOTTEN_DIR": tmp_path}
    assert told(client)["safeconduct_forgotten_waiting"] == "0"
    forgotten.remember("person", [1, 2])
    assert told(client)["safeconduct_forgotten_waiting"] == "2"
    assert not asked(client, "/health").json()["parts"]["forgetting"]["works"]
    forgotten.keep_list(now=clock.now())
    assert told(client)["safeconduct_forgotten_waiting"] == "0"
    assert asked(client, "/health").json()["parts"]["forgetting"]["works"]


def test_a_job_of_a_worker_that_is_gone_is_stalled(client):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, args)"
            " VALUES ('default', 'test.task', 'doing', '{}')"
        )
    assert told(client)["safeconduct_jobs_stalled"] == "1"


def test_more_messages_cost_no_more_questions():
    counted = []
    for _ in range(2):
        messages.fill(messages.batch().pk, 20)
        with CaptureQueriesContext(connection) as asked:
            figures.of_all(clock.now())
        counted.append(len(asked))
    assert counted[0] == counted[1] <= 15


class _Ledger:
    """A door's ledger, as far as figures go."""

    door, works, is_away = "a-door", True, False
    kept = journalled = turned_away = waiting = journalled_bytes = journal_files = 0
    oldest_since = None


def test_every_figure_an_alarm_asks_for_is_told_by_somebody():
    rules = yaml.safe_load((DEPLOY / "prometheus/alarms.yml").read_text())["groups"][0]["rules"]
    known = {f"safeconduct_{each.name}" for each in figures.of_all(clock.now())}
    known |= {f"safeconduct_{each.name}" for each in watch.figures({watch.ANSWERS: _Ledger()})}
    wanted = {name for rule in rules for name in re.findall(r"safeconduct_\w+", rule["expr"])}
    assert wanted <= known
    assert all({"summary", "do"} == set(rule["annotations"]) for rule in rules)
    exprs = {rule["alert"]: rule["expr"] for rule in rules}
    assert "> 30" in exprs["UrgentMessagesWait"]
    assert "> 10" in exprs["AnswersWait"]
    assert "reports_oldest_seconds > 60" in exprs["ReportsWait"]
    assert "absent(safeconduct_reports_drain_seen_seconds)" in exprs["ReportsDrainSilent"]
    scraped = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
    assert scraped["rule_files"] == ["alarms.yml"]
