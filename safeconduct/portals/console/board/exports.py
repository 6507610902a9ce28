"""How many rows of people one officer may carry away."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.audit.actions import record
from safeconduct.ground.audit.queries import total_of
from safeconduct.ground.kernel.actor import Actor
from safeconduct.portals.console.board.words import LIST_EXPORTED

# More would be a copy of the registry, which two people must ask for: page by page as well.
MOST_EXPORTED: Final = 50
_WITHIN: Final = timedelta(hours=1)


@transaction.atomic
def take_rows[Row](
    rows: list[Row], incident_id: int, which: str, *, now: datetime, actor: Actor
) -> list[Row]:
    """The first of these rows, as many as the officer has left of 50 in any rolling hour.

    Empty where nothing is left. What is taken stands in the trail before it leaves.
    """
    # Two clicks at once must not each find the whole hour's allowance.
    Officer.objects.select_for_update().get(pk=actor.id or 0)
    taken = total_of(LIST_EXPORTED, "count", actor=actor, since=now - _WITHIN)
    allowed = rows[: max(MOST_EXPORTED - taken, 0)]
    if allowed:
        record(
            LIST_EXPORTED,
            actor=actor,
            subject_kind="incident",
            subject_id=incident_id,
            detail={"count": len(allowed), "list": which},
            now=now,
        )
    return allowed
