"""A job whose worker died is taken up again."""

import asyncio

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from safeconduct.cli import jobs

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


def rescue():
    async def once():
        async with app.open_async():
            return await jobs.rescue_stalled(app.job_manager)

    with app.replace_connector(app.connector.get_worker_connector()):
        return asyncio.run(once())


def test_only_the_job_of_a_silent_worker_is_put_back(settings):
    settings.JOBS = settings.JOBS | {"STALLED_SECONDS": 20.0}
    orphan, busy = job_of_a_worker_last_heard_of(60), job_of_a_worker_last_heard_of(1)
    assert rescue() == 1
    assert (status_of(orphan), status_of(busy)) == ("todo", "doing")
