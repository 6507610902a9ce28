"""What expires: ended trips, residences nobody confirms, files that were brought in."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from safeconduct.ground.kernel import facts
from safeconduct.picture.registry import terms
from safeconduct.picture.registry.events import PeopleForgotten
from safeconduct.picture.registry.models import FormUse, ImportRun
from safeconduct.wires.messaging.actions import forget_recipients

# People forgotten in one statement: readers must not wait for a whole night's work.
_AT_ONCE = 5_000


@transaction.atomic
def forget_what_is_over(now: datetime) -> int:
    """Delete stays whose time is over, then people and parties that have none; how many people.

    Trips go 14 days after their end, residences after 24 months without confirmation,
    departed people after 14 days.
    """
    over = {
        "trip_end": (now - terms.TRIP_KEPT).date(),
        "confirmed": now - terms.RESIDENCE_KEPT,
    }
    FormUse.objects.filter(hour__lt=now - timedelta(days=1)).delete()
    ImportRun.objects.filter(created_at__lt=now - terms.UPLOAD_KEPT).update(
        content=None, refused=None
    )
    with connection.cursor() as cursor:
        cursor.execute(_STAYS, over)
        people = [found for (found,) in cursor.fetchall()]
    total = 0
    for first in range(0, len(people), _AT_ONCE):
        total += _forget_stayless(people[first : first + _AT_ONCE])
    return total


def _forget_stayless(people: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_STAYLESS, [people])
        gone = sorted(found for (found,) in cursor.fetchall())
        if not gone:
            return 0
        cursor.execute("DELETE FROM registry_contactpoint WHERE person_id = ANY (%s)", [gone])
        cursor.execute("DELETE FROM registry_person WHERE id = ANY (%s) RETURNING party_id", [gone])
        parties = sorted({party for (party,) in cursor.fetchall()})
        cursor.execute(_EMPTY_PARTIES, [parties])
    forget_recipients(gone)
    facts.announce(PeopleForgotten(tuple(gone)))
    return len(gone)


_STAYS = """
DELETE FROM registry_stay
 WHERE departed_on < %(trip_end)s
    OR (kind = 'trip' AND stay_until <= %(trip_end)s)
    OR (kind = 'residence' AND confirmed_at < %(confirmed)s)
RETURNING person_id
"""
_STAYLESS = """
SELECT id FROM registry_person
 WHERE id = ANY (%s)
   AND NOT EXISTS (SELECT FROM registry_stay WHERE person_id = registry_person.id)
"""
_EMPTY_PARTIES = """
DELETE FROM registry_party
 WHERE id = ANY (%s)
   AND NOT EXISTS (SELECT FROM registry_person WHERE party_id = registry_party.id)
"""
