"""Jobs: taken up again when their worker died, and asked for in the transaction that needs them."""

import asyncio
import os
import signal
import time
from contextlib import suppress
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.tasks import Task

from safeconduct.cli import jobs
from safeconduct.ground.kernel import clock
from safeconduct.response.alerts.models import Release
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)


def job_of_a_worker_last_heard_of(seconds_ago):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s)) RETURNING id",
            [seconds_ago],
        )
        (worker,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id)"
            " VALUES ('default', 'nothing', 'doing', %s) RETURNING id",
            [worker],
        )
        return cursor.fetchone()[0]


def status_of(job):
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
        return cursor.fetchone()[0]


def in_a_worker(deed):
    async def once():
        async with app.open_async():
            return await deed()

    with app.replace_connector(jobs.WorkerConnector(app.connector)):
        return asyncio.run(once())


def rescue():
    return in_a_worker(lambda: jobs.rescue_stalled(app.job_manager))


def waiting_jobs():
    """How many jobs others can see."""
    with psycopg.connect(**connector_params()) as other:
        return other.execute("SELECT count(*) FROM procrastinate_jobs").fetchone()[0]


def ask_and_fail(seen):
    """What a job of ours is in: a thread with Django's connection and a transaction."""
    try:
        with suppress(ValueError), transaction.atomic():
            app.configure_task("nothing", allow_unknown=True).defer()
            seen.append(waiting_jobs())
            raise ValueError
        with transaction.atomic():
            app.configure_task("nothing", allow_unknown=True).defer()
    finally:
        connection.close()


def test_a_job_asked_for_by_a_job_is_there_from_the_commit_on():
    seen = []
    in_a_worker(lambda: asyncio.to_thread(ask_and_fail, seen))
    assert [*seen, waiting_jobs()] == [0, 1]


def test_only_the_job_of_a_silent_worker_is_put_back(settings):
    settings.JOBS = settings.JOBS | {"STALLED_SECONDS": 20.0}
    orphan, busy = job_of_a_worker_last_heard_of(60), job_of_a_worker_last_heard_of(1)
    assert rescue() == 1
    assert (status_of(orphan), status_of(busy)) == ("todo", "doing")


def test_where_the_next_of_its_kind_waits_already_the_job_of_a_dead_worker_gives_way():
    """A periodic job with a lock: the next one waits behind the dead one, for ever if it stayed."""
    orphan = job_of_a_worker_last_heard_of(60)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET lock = 'x', queueing_lock = 'x'")
    app.configure_task("nothing", allow_unknown=True, lock="x", queueing_lock="x").defer()
    bystander = job_of_a_worker_last_heard_of(60)
    assert rescue() == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE id = %s", [orphan])
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE lock = 'x'")
        assert cursor.fetchall() == [("todo",)]
    assert status_of(bystander) == "todo"


def test_a_release_finds_a_place_while_all_others_are_taken(monkeypatch):
    seen = []

    def is_written(release_id):
        return Release.objects.filter(pk=release_id, expanded_at__isnull=False).exists()

    def wait_for(*, release_id):
        """A long job: it ends when the release is written, or when nobody would wait longer."""
        try:
            ends = clock.now() + timedelta(seconds=20)
            while not seen and clock.now() < ends:
                if is_written(release_id):
                    seen.append("written")
                time.sleep(0.02)
        finally:
            connection.close()
            os.kill(os.getpid(), signal.SIGTERM)

    # The threads of the worker end with it, and have to leave no connection behind.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    alert = builders.released_alert(expand=False)
    job = Task(wait_for, blueprint=app, name="tests.wait", queue="default")
    monkeypatch.setitem(app.tasks, job.name, job)
    job.configure(priority=100).defer(release_id=alert.release.pk)
    jobs.run(concurrency=1)
    assert seen == ["written"]
