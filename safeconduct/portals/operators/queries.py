"""What the tables say about how the house runs; each a query whose cost does not grow."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from safeconduct.wires.messaging.terms import Channel, Lane, State

# Senders take a batch's messages in this order, so the oldest are among the first. What a
# provider asked to have later (a greylisted mail) waits by its wish until it is due again.
_OLDEST = """
SELECT b.lane, min(d.due_at)
  FROM messaging_batch b
 CROSS JOIN unnest(%s::smallint[]) AS c (channel)
 CROSS JOIN LATERAL (
     SELECT due_at FROM messaging_delivery
      WHERE batch_id = b.id AND channel = c.channel AND state = 0 ORDER BY id LIMIT 5000
 ) AS d
 WHERE b.finished_at IS NULL AND b.stopped_at IS NULL
   AND d.due_at <= %s
 GROUP BY b.lane
"""
_MESSAGES = """
SELECT channel, state, sum(messages) FROM messaging_batchtally
 GROUP BY channel, state HAVING sum(messages) > 0 ORDER BY channel, state
"""
_JOBS = """
SELECT status::text, count(*) FROM procrastinate_jobs
 WHERE status IN ('todo', 'doing', 'failed') GROUP BY status
"""
_STALLED = """
SELECT count(*) FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
 WHERE j.status = 'doing'
   AND (w.id IS NULL OR w.last_heartbeat < %s - make_interval(secs => %s))
"""
_OLDEST_JOB = """
SELECT min(coalesce(j.scheduled_at, e.at)) FROM procrastinate_jobs j
  JOIN LATERAL (SELECT min(at) AS at FROM procrastinate_events WHERE job_id = j.id) e ON true
 WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= %s)
"""
_FOLDED = """
SELECT coalesce(sum(n_tup_ins), 0) FROM pg_stat_user_tables
 WHERE relname = 'checkins_reply' OR relname LIKE 'checkins\\_reply\\_%%'
"""


def oldest_waiting(now: datetime) -> dict[Lane, datetime]:
    """Since when the oldest message of each lane could have left; lanes without one are absent.

    A message tried in vain counts from when it is due again: whether a provider fails is
    told by its own figures.
    """
    channels = [int(channel) for channel in Channel if channel is not Channel.CALL]
    return {Lane(lane): since for lane, since in _rows(_OLDEST, channels, now) if since}


def messages() -> dict[tuple[Channel, State], int]:
    """How many messages of each channel are in each state, over all batches; claimed as waiting."""
    return {(Channel(channel), State(state)): n for channel, state, n in _rows(_MESSAGES)}


@dataclass(frozen=True, slots=True)
class Jobs:
    """``stalled``: being done by a worker that is not heard from any more."""

    by_status: dict[str, int]
    stalled: int
    oldest_at: datetime | None
    worker_seen_at: datetime | None


def jobs(now: datetime) -> Jobs:
    seen = "SELECT max(last_heartbeat) FROM procrastinate_workers"
    return Jobs(
        by_status={"todo": 0, "doing": 0, "failed": 0} | dict(_rows(_JOBS)),
        stalled=_rows(_STALLED, now, settings.JOBS["STALLED_SECONDS"])[0][0],
        oldest_at=_rows(_OLDEST_JOB, now)[0][0],
        worker_seen_at=_rows(seen)[0][0],
    )


def answers_folded() -> int:
    """Answers folded since PostgreSQL's statistics began; for rates, not for people."""
    return int(_rows(_FOLDED)[0][0])


def _rows(question: str, *values: float | datetime | list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())
