"""What expires: ended trips, residences nobody confirms, files that were brought in."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction

from safeconduct.ground.kernel import facts
from safeconduct.picture.registry import terms
from safeconduct.picture.registry.events import PeopleForgotten
from safeconduct.picture.registry.holds import still_needed
from safeconduct.picture.registry.models import FormUse, ImportRun
from safeconduct.wires.messaging.actions import forget_recipients

# People forgotten in one statement: readers must not wait for a whole night's work.
_AT_ONCE = 5_000


@transaction.atomic
def forget_what_is_over(now: datetime) -> int:
    """Delete stays whose time is over, then people and parties that have none; how many people.

    Trips go 14 days after their end, residences after 24 months without confirmation,
    departed people after 14 days. Whoever is still needed keeps everything until they
    are not: an incident may last longer than a trip.
    """
    over: dict[str, date | datetime] = {
        "trip_end": (now - terms.TRIP_KEPT).date(),
        "confirmed": now - terms.RESIDENCE_KEPT,
    }
    FormUse.objects.filter(hour__lt=now - timedelta(days=1)).delete()
    ImportRun.objects.filter(created_at__lt=now - terms.UPLOAD_KEPT).update(
        content=None, refused=None
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT person_id {_OVER} ORDER BY 1", over)
        people = [found for (found,) in cursor.fetchall()]
    total = 0
    for first in range(0, len(people), _AT_ONCE):
        some = people[first : first + _AT_ONCE]
        kept = still_needed(some)
        total += _forget([person for person in some if person not in kept], over)
    return total


def _forget(people: list[int], over: dict[str, date | datetime]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE {_OVER} AND person_id = ANY (%(people)s)", over | {"people": people}
        )
        cursor.execute(_STAYLESS, [people])
        gone = sorted(found for (found,) in cursor.fetchall())
        if not gone:
            return 0
        cursor.execute("DELETE FROM registry_contactpoint WHERE person_id = ANY (%s)", [gone])
        cursor.execute("DELETE FROM registry_person WHERE id = ANY (%s) RETURNING party_id", [gone])
        parties = sorted({party for (party,) in cursor.fetchall()})
        for table, key in (("registry_emergencycontact", "party_id"), ("registry_party", "id")):
            cursor.execute(_OF_EMPTY_PARTIES.format(table=table, key=key), [parties])
    forget_recipients(gone)
    facts.announce(PeopleForgotten(tuple(gone)))
    return len(gone)


_OVER = """
  FROM registry_stay
 WHERE (departed_on < %(trip_end)s
    OR (kind = 'trip' AND stay_until <= %(trip_end)s)
    OR (kind = 'residence' AND confirmed_at < %(confirmed)s))
"""
_STAYLESS = """
SELECT id FROM registry_person
 WHERE id = ANY (%s)
   AND NOT EXISTS (SELECT FROM registry_stay WHERE person_id = registry_person.id)
"""
_OF_EMPTY_PARTIES = """
DELETE FROM {table}
 WHERE {key} = ANY (%s)
   AND NOT EXISTS (SELECT FROM registry_person AS one WHERE one.party_id = {table}.{key})
"""
