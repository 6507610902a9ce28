"""Whether the parts of the house do their work, and which does not."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from safeconduct.ground.privacy import forgotten
from safeconduct.ground.privacy.queries import last_forgotten
from safeconduct.ground.privacy.queries import runs as retention_runs
from safeconduct.picture.rollcall.queries import Waiting, reports_waiting, waiting
from safeconduct.portals.operators import queries
from safeconduct.wires.intake.queries import door_state
from safeconduct.wires.messaging.queries import provider_health, senders_seen_at

_SILENT_SECONDS = 15.0
# As long as a call for help may lie at our door (deploy/prometheus/alarms.yml).
_REPORT_SECONDS = 60.0
# What is over is forgotten every night; two of them may not pass without.
_NIGHT_MISSED = timedelta(hours=50)


@dataclass(frozen=True)
class State:
    """``works``: pages can be served. A silent sender is told, but takes no page off the net."""

    works: bool
    parts: dict[str, dict[str, object]] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        sound = self.works and all(part["works"] for part in self.parts.values())
        return {"works": self.works, "all_works": sound, "parts": self.parts}


def state(now: datetime) -> State:
    """Every part, from one look at the database."""
    try:
        if not _tables_are_current():
            return State(works=False, parts={"migrations": {"works": False}})
        return State(works=True, parts=_parts(now))
    except Error:
        return State(works=False, parts={"database": {"works": False}})


def _parts(now: datetime) -> dict[str, dict[str, object]]:
    held, doors, jobs = waiting(), door_state(now=now), queries.jobs(now)
    told = reports_waiting()
    down = sorted(provider.name for provider in provider_health(now) if provider.lagging)
    sends = bool(settings.MESSAGING["PROVIDERS"])
    return {
        "database": {"works": True},
        "migrations": {"works": True},
        "worker": _heard(jobs.worker_seen_at, now) | {"stalled": jobs.stalled},
        "sender": _heard(senders_seen_at(), now) if sends else {"works": True, "needed": False},
        "providers": {"works": not down, "down": down},
        "drain": _heard(held.drain_seen_at, now) | {"waiting": held.count},
        "reports": _reports(told, now),
        "doors": _heard(doors.seen_at, now) | {"alive": doors.alive},
        "forgetting": _forgets(now),
        "journal": {"works": not doors.journalled_bytes, "bytes": doors.journalled_bytes},
    }


def _reports(held: Waiting, now: datetime) -> dict[str, object]:
    """Whether "I am here" and "I need help" are filed: somebody does, and none waits too long."""
    oldest = held.oldest_age.total_seconds() if held.oldest_age else 0.0
    heard = _heard(held.drain_seen_at, now)
    heard["works"] = heard["works"] and oldest <= _REPORT_SECONDS
    return heard | {"waiting": held.count, "oldest_seconds": round(oldest, 1)}


def _forgets(now: datetime) -> dict[str, object]:
    """Whether the night's work is done; before the first night there is none to miss."""
    last = last_forgotten()
    failing = sorted(run.rule for run in retention_runs() if run.fails_since is not None)
    late = last is not None and now - last > _NIGHT_MISSED
    # Deleted all the same; but a restore would not know of them.
    unlisted = forgotten.waiting()
    works = not failing and not late and not unlisted
    return {"works": works, "failing": failing, "ran_at": last, "not_on_the_list": unlisted}


def _heard(at: datetime | None, now: datetime) -> dict[str, object]:
    if at is None:
        return {"works": False, "seen_seconds": None}
    silent = (now - at).total_seconds()
    return {"works": silent <= _SILENT_SECONDS, "seen_seconds": round(max(silent, 0.0), 1)}


def _tables_are_current() -> bool:
    # Looked at until they are: tables do not go back.
    if not _current_once():
        _current_once.cache_clear()
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


@cache
def _current_once() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
