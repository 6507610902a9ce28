"""Background jobs in this process, and the rescue of those whose process died."""

import asyncio
import logging

from django.conf import settings
from procrastinate import exceptions
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.psycopg_connector import PsycopgConnector

logger = logging.getLogger(__name__)


class WorkerConnector(PsycopgConnector):
    """Fetches and ends jobs on connections of its own.

    What a job asks for is asked in that job's transaction: seen by nobody before the
    commit, and by nobody ever if there is none.
    """

    def __init__(self, ours: DjangoConnector) -> None:
        super().__init__(kwargs=connector_params(ours.alias))
        self._ours = ours

    def get_sync_connector(self) -> BaseConnector:
        return self._ours


def run(*, concurrency: int) -> None:
    """Work until asked to end. Whatever breaks ends the process: its parent starts it anew."""
    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError("Jobs are written by Django's connection and worked from its own.")
    with app.replace_connector(WorkerConnector(connector)):
        asyncio.run(_work(concurrency))


async def _work(concurrency: int) -> None:
    async with app.open_async():
        rescue = asyncio.create_task(_rescue_forever())
        worker = asyncio.create_task(
            app.run_worker_async(
                concurrency=concurrency,
                # What is planned for later is found by looking, and looks at a ladder are
                # due within seconds.
                fetch_job_polling_interval=settings.JOBS["POLL_SECONDS"],
                update_heartbeat_interval=settings.JOBS["HEARTBEAT_SECONDS"],
                stalled_worker_timeout=settings.JOBS["STALLED_SECONDS"],
                delete_jobs="successful",
            )
        )
        # The rescue only ever ends by failing; then the worker has to go with it.
        await asyncio.wait({rescue, worker}, return_when=asyncio.FIRST_COMPLETED)
        for ended in (rescue, worker):
            if not ended.done():
                ended.cancel()
        await asyncio.gather(worker)


async def _rescue_forever() -> None:
    while True:
        await rescue_stalled(app.job_manager)
        await asyncio.sleep(settings.JOBS["RESCUE_SECONDS"])


async def rescue_stalled(jobs: JobManager) -> int:
    """Put back every job whose worker has not been heard from; how many there were.

    Jobs are nudges over rows that tell how far the work has come, so that one
    taken up twice does nothing twice.
    """
    stalled = list(
        await jobs.get_stalled_jobs(seconds_since_heartbeat=settings.JOBS["STALLED_SECONDS"])
    )
    for job in stalled:
        await _put_back(jobs, job)
    return len(stalled)


async def _put_back(jobs: JobManager, job: Job) -> None:
    try:
        await jobs.retry_job(job)
    except exceptions.UniqueViolation:
        # Another with its queueing lock waits already, and does what this one would have done.
        await jobs.finish_job(job, status=Status.FAILED, delete_job=True)
        logger.warning("job %s (%s) is done by the next: its worker is gone", job.id, job.task_name)
    else:
        logger.warning("job %s (%s) was put back: its worker is gone", job.id, job.task_name)
