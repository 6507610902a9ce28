"""What waits at our door, and what is known of one person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from safeconduct.ground.kernel import clock
from safeconduct.picture.rollcall.models import Attempt, Sighting

DRAIN_PULSE: Final = "drain"
REPORTS_PULSE: Final = "reports"
# Beyond this the exact number tells nobody more, and counting it would slow the board.
MOST_WAITING: Final = 100_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """Answers, or reports, at our door that no standing shows yet."""

    count: int
    oldest_age: timedelta | None
    drain_seen_at: datetime | None

    def drain_lags(self, now: datetime, *, limit: timedelta = timedelta(seconds=10)) -> bool:
        """Whether the board must not be trusted to be current."""
        asleep = self.drain_seen_at is None or now - self.drain_seen_at > limit
        return asleep or (self.oldest_age is not None and self.oldest_age > limit)


def waiting() -> Waiting:
    """How many answers wait to be folded (at most ``MOST_WAITING``), and since when."""
    return _waiting("intake_rawanswer", DRAIN_PULSE)


def reports_waiting() -> Waiting:
    """How many "I am here" and "I need help" wait to be filed, as :func:`waiting`."""
    return _waiting("intake_rawreport", REPORTS_PULSE)


def _waiting(table: str, pulse: str) -> Waiting:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(received_at),"
            " (SELECT seen_at FROM rollcall_pulse WHERE name = %s) FROM"
            f" (SELECT received_at FROM {table} ORDER BY id LIMIT %s) AS w",
            [pulse, MOST_WAITING],
        )
        count, oldest, seen_at = cursor.fetchone()
    age = max(clock.now() - oldest, timedelta(0)) if oldest else None
    return Waiting(count, age, seen_at)


def sightings_of(incident_id: int, person_id: int) -> list[Sighting]:
    """Everything said of a person, the newest word first."""
    found = Sighting.objects.filter(incident_id=incident_id, person_id=person_id)
    return list(found.order_by("-stated_at", "-id")[:200])


def attempts_of(incident_id: int, person_id: int) -> list[Attempt]:
    """Every failed attempt to reach a person, the latest first."""
    found = Attempt.objects.filter(incident_id=incident_id, person_id=person_id)
    return list(found.order_by("-at", "-id")[:200])
