"""Background jobs in this process, and the rescue of those whose process died."""

import asyncio
import logging
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from django.conf import settings
from procrastinate import exceptions
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.psycopg_connector import PsycopgConnector

from safeconduct.response.alerts.terms import BEGINNING, EXPANSION

logger = logging.getLogger(__name__)

# Where every other job waits: the name that procrastinate gives a task without one.
_USUAL_QUEUE: Final = "default"
# A beginning is a matter of a moment, but one may wait for another of the same alert.
_BEGINNINGS: Final = 2
_LOOKUPS: Final = 4
_ENDING: Final = (signal.SIGINT, signal.SIGTERM)


class WorkerConnector(PsycopgConnector):
    """Fetches and ends jobs on connections of its own.

    What a job asks for is asked in that job's transaction: seen by nobody before the
    commit, and by nobody ever if there is none.
    """

    def __init__(self, ours: DjangoConnector) -> None:
        # Each queue is listened to on a connection that is never given back.
        super().__init__(kwargs=connector_params(ours.alias), min_size=4, max_size=10)
        self._ours = ours

    def get_sync_connector(self) -> BaseConnector:
        return self._ours


def places(concurrency: int) -> dict[str, int]:
    """How many jobs of each queue run at once.

    A release finds a place however many long jobs there are, and its first messages find one
    however many other releases are being written: somebody waits for them.
    """
    return {
        _USUAL_QUEUE: concurrency,
        BEGINNING: _BEGINNINGS,
        EXPANSION: max(1, settings.ALERTS["EXPANSION_WORKERS"]),
    }


def run(*, concurrency: int) -> None:
    """Work until asked to end. Whatever breaks ends the process: its parent starts it anew."""
    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError("Jobs are written by Django's connection and worked from its own.")
    with app.replace_connector(WorkerConnector(connector)):
        asyncio.run(_work(places(concurrency)))


async def _work(at_once: dict[str, int]) -> None:
    loop = asyncio.get_running_loop()
    # A job is a thread, and names of hosts are looked up in some: they wait for no job to end.
    loop.set_default_executor(ThreadPoolExecutor(sum(at_once.values()) + _LOOKUPS))
    async with app.open_async():
        tasks = [
            asyncio.create_task(_asked_to_end(loop)),
            asyncio.create_task(_rescue_forever()),
            *(asyncio.create_task(_worker(queue, many)) for queue, many in at_once.items()),
        ]
        # None of them ends by itself but by failing; then all have to go with it.
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended


async def _worker(queue: str, at_once: int) -> None:
    """Work on one queue; cancelled it lets the jobs it has begun come to an end."""
    await app.run_worker_async(
        queues=[queue],
        concurrency=at_once,
        # What is planned for later is found by looking, and looks at a ladder are
        # due within seconds.
        fetch_job_polling_interval=settings.JOBS["POLL_SECONDS"],
        update_heartbeat_interval=settings.JOBS["HEARTBEAT_SECONDS"],
        stalled_worker_timeout=settings.JOBS["STALLED_SECONDS"],
        delete_jobs="successful",
        install_signal_handlers=False,
    )


async def _asked_to_end(loop: asyncio.AbstractEventLoop) -> None:
    """Until the first signal to end; whoever sends a second one will not wait for jobs."""
    asked = asyncio.Event()
    for number in _ENDING:
        loop.add_signal_handler(number, asked.set)
    try:
        await asked.wait()
    finally:
        for number in _ENDING:
            loop.remove_signal_handler(number)


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
