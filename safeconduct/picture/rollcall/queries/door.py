"""What waits at our door, and what is known of one person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from safeconduct.ground.kernel import clock
from safeconduct.picture.rollcall.models import Attempt, Pulse, Sighting

DRAIN_PULSE: Final = "drain"
# Beyond this the exact number tells nobody more, and counting it would slow the board.
MOST_WAITING: Final = 100_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """Answers at our door that no standing shows yet."""

    count: int
    oldest_age: timedelta | None
    drain_seen_at: datetime | None

    def drain_lags(self, now: datetime, *, limit: timedelta = timedelta(seconds=10)) -> bool:
        """Whether the board must not be trusted to be current."""
        asleep = self.drain_seen_at is None or now - self.drain_seen_at > limit
        return asleep or (self.oldest_age is not None and self.oldest_age > limit)


def waiting() -> Waiting:
    """How many answers wait to be folded (at most ``MOST_WAITING``), and since when."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(received_at) FROM"
            " (SELECT received_at FROM intake_rawanswer ORDER BY id LIMIT %s) AS w",
            [MOST_WAITING],
        )
        count, oldest = cursor.fetchone()
    pulse = Pulse.objects.filter(name=DRAIN_PULSE).first()
    age = max(clock.now() - oldest, timedelta(0)) if oldest else None
    return Waiting(count, age, pulse.seen_at if pulse else None)


def sightings_of(incident_id: int, person_id: int) -> list[Sighting]:
    """Everything said of a person, the newest word first."""
    found = Sighting.objects.filter(incident_id=incident_id, person_id=person_id)
    return list(found.order_by("-stated_at", "-id")[:200])


def attempts_of(incident_id: int, person_id: int) -> list[Attempt]:
    """Every failed attempt to reach a person, the latest first."""
    found = Attempt.objects.filter(incident_id=incident_id, person_id=person_id)
    return list(found.order_by("-at", "-id")[:200])
