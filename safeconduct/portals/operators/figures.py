"""Every figure this house tells those who watch it, read at one moment."""

from collections.abc import Iterator
from datetime import datetime

from safeconduct.ground.kernel.watching import Metric, Sample, metric
from safeconduct.ground.privacy import forgotten
from safeconduct.picture.rollcall.queries import reports_waiting, waiting
from safeconduct.portals.operators import queries
from safeconduct.wires.intake.queries import door_state
from safeconduct.wires.messaging.queries import ProviderState, provider_health, senders_seen_at
from safeconduct.wires.messaging.terms import Lane


def of_all(now: datetime) -> list[Metric]:
    """All figures; a handful of cheap queries."""
    return [
        database_is(here=True),
        *_messages(now),
        *_providers(now),
        *_answers(now),
        *_jobs(now),
        *_deletions(),
    ]


def database_is(*, here: bool) -> Metric:
    return metric("database_up", "Whether PostgreSQL answers.", float(here))


def _messages(now: datetime) -> Iterator[Metric]:
    oldest = queries.oldest_waiting(now)
    yield Metric(
        "delivery_oldest_seconds",
        "How long the oldest message of a lane has been waiting to leave.",
        tuple(
            Sample(_age(oldest.get(lane), now) or 0.0, {"lane": lane.name.lower()}) for lane in Lane
        ),
    )
    yield Metric(
        "messages",
        "Messages by channel and state, over all batches that are kept.",
        tuple(
            Sample(number, {"channel": channel.name.lower(), "state": state.name.lower()})
            for (channel, state), number in queries.messages().items()
        ),
    )
    seen = _age(senders_seen_at(), now)
    yield metric("sender_seen_seconds", "Since a sender was last heard from.", seen)


def _providers(now: datetime) -> Iterator[Metric]:
    found = provider_health(now)
    for name, told, of in (
        ("provider_up", "Whether a provider answers.", lambda p: float(not p.lagging)),
        ("provider_latency_seconds", "How long it takes.", lambda p: p.latency_ms / 1000),
        ("provider_handed", "Messages it took in the last minute.", lambda p: p.handed),
        ("provider_failed", "Messages it failed in the last minute.", lambda p: p.failed),
    ):
        yield Metric(name, told, tuple(Sample(of(each), _labels(each)) for each in found))


def _labels(provider: ProviderState) -> dict[str, str]:
    return {"provider": provider.name, "channel": provider.channel.name.lower()}


def _answers(now: datetime) -> Iterator[Metric]:
    held, doors = waiting(), door_state(now=now)
    oldest = held.oldest_age.total_seconds() if held.oldest_age else 0.0
    seen = _age(held.drain_seen_at, now)
    yield metric("answers_waiting", "Answers at our door that nobody has folded in.", held.count)
    yield metric("answers_oldest_seconds", "How long the oldest of them waits.", oldest)
    yield from _reports(now)
    folded = float(queries.answers_folded())
    yield metric("answers_folded_total", "Answers folded since statistics began.", folded)
    yield metric("drain_seen_seconds", "Since the drain was last heard from.", seen)
    yield metric("doors_alive", "Doors for answers heard from lately.", doors.alive)
    door_seen = _age(doors.seen_at, now)
    yield metric("door_seen_seconds", "Since a door was last heard from.", door_seen)
    journalled = doors.journalled_bytes
    yield metric("journal_bytes", "In the fullest journal: answers not in PostgreSQL.", journalled)


def _reports(now: datetime) -> Iterator[Metric]:
    held = reports_waiting()
    oldest = held.oldest_age.total_seconds() if held.oldest_age else 0.0
    seen = _age(held.drain_seen_at, now)
    yield metric("reports_waiting", "Reports at our door that nobody has filed.", held.count)
    yield metric("reports_oldest_seconds", "How long the oldest of them waits.", oldest)
    yield metric("reports_drain_seen_seconds", "Since whoever files them was heard from.", seen)


def _jobs(now: datetime) -> Iterator[Metric]:
    found = queries.jobs(now)
    yield Metric(
        "jobs",
        "Background jobs by status.",
        tuple(Sample(number, {"status": name}) for name, number in found.by_status.items()),
    )
    yield metric("jobs_stalled", "Jobs whose worker is gone.", found.stalled)
    oldest = _age(found.oldest_at, now) or 0.0
    yield metric("jobs_oldest_seconds", "How long the oldest job has been due.", oldest)
    seen = _age(found.worker_seen_at, now)
    yield metric("worker_seen_seconds", "Since a worker was last heard from.", seen)


def _deletions() -> Iterator[Metric]:
    told = "Deletions that are not on the list beside the database yet."
    yield metric("forgotten_waiting", told, forgotten.waiting())


def _age(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - since).total_seconds())
