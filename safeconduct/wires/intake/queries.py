"""How the doors are, for the board and for operators."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from safeconduct.wires.intake.models import Pulse


@dataclass(frozen=True, slots=True)
class DoorState:
    """``journalled_bytes``: the fullest machine's; zero means that all is in the database."""

    alive: int
    seen_at: datetime | None
    journalled_bytes: int

    def lags(self) -> bool:
        """Whether answers may be at a door that the database does not know of."""
        return not self.alive or self.journalled_bytes > 0


def door_state(*, now: datetime, limit: timedelta = timedelta(seconds=10)) -> DoorState:
    """The doors heard of within ``limit``, and when one was last heard of."""
    lately = Q(seen_at__gt=now - limit)
    seen = Pulse.objects.aggregate(
        alive=Count("pk", filter=lately),
        last=Max("seen_at"),
        journalled=Max("journalled_bytes", filter=lately),
    )
    return DoorState(seen["alive"], seen["last"], seen["journalled"] or 0)
