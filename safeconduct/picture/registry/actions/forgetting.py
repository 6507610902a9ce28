"""What expires: ended trips, residences nobody confirms, files that were brought in."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction

from safeconduct.ground.kernel import facts
from safeconduct.ground.privacy.actions import forget_people
from safeconduct.picture.registry import terms
from safeconduct.picture.registry.actions.codes import forget_codes
from safeconduct.picture.registry.actions.links import unlink_gone
from safeconduct.picture.registry.events import PeopleForgotten
from safeconduct.picture.registry.holds import still_needed
from safeconduct.picture.registry.models import FormUse, ImportRun, StillRound
from safeconduct.picture.registry.withdrawing import note_forms
from safeconduct.wires.messaging.actions import forget_recipients

# People forgotten in one statement: readers must not wait for a whole night's work.
_AT_ONCE = 5_000


@transaction.atomic
def forget_what_is_over(now: datetime) -> int:
    """Delete stays whose time is over, then people and parties that have none; how many people.

    Trips go 14 days after their end, residences after 24 months without confirmation,
    departed people after 14 days, people of whom no stay was ever told after 24 months; who
    only said "I am here", and not where, after 30 days. Whoever is still needed keeps
    everything until they are not: an incident may last longer than a trip.
    """
    over: dict[str, date | datetime] = {
        "trip_end": (now - terms.TRIP_KEPT).date(),
        "confirmed": now - terms.RESIDENCE_KEPT,
        "nowhere": now - terms.NOWHERE_KEPT,
    }
    with connection.cursor() as cursor:
        # A list may be bettering the record of somebody whose time is over.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('registry import'))")
    forget_codes(now)
    StillRound.objects.filter(created_at__lt=now - terms.RESIDENCE_KEPT).delete()
    FormUse.objects.filter(hour__lt=now - timedelta(days=1)).delete()
    ImportRun.objects.filter(created_at__lt=now - terms.UPLOAD_KEPT).update(
        content=None, refused=None
    )
    with connection.cursor() as cursor:
        cursor.execute(_WHOSE, over)
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
            f"DELETE {_OVER} AND (person_id = ANY (%(people)s) OR told_by = ANY (%(people)s))",
            over | {"people": people},
        )
        cursor.execute(_STAYLESS, [people])
        gone = sorted(found for (found,) in cursor.fetchall())
        if not gone:
            return 0
        note_forms(gone)
        unlink_gone(gone)
        for table in ("registry_contactpoint", "registry_confided"):
            cursor.execute(f"DELETE FROM {table} WHERE person_id = ANY (%s)", [gone])
        cursor.execute("DELETE FROM registry_person WHERE id = ANY (%s) RETURNING party_id", [gone])
        parties = sorted({party for (party,) in cursor.fetchall()})
        for table, key in _BY_PARTY:
            cursor.execute(_OF_EMPTY_PARTIES.format(table=table, key=key), [parties])
        emptied = [found for (found,) in cursor.fetchall()]
    forget_recipients(gone)
    forget_people(person_ids=gone, party_ids=emptied)
    facts.announce(PeopleForgotten(tuple(gone)))
    return len(gone)


_BY_PARTY = (
    ("registry_emergencycontact", "party_id"),
    ("registry_stillthere", "party_id"),
    ("registry_party", "id"),
)
_OVER = """
  FROM registry_stay
 WHERE (departed_on < %(trip_end)s
    OR (kind = 'trip' AND stay_until <= %(trip_end)s)
    OR (kind = 'residence' AND confirmed_at < %(confirmed)s))
"""
# A second record of a person lives by the stays it told us of, wherever they count. Of whom
# no stay was ever told would outlive everybody.
_WHOSE = f"""
SELECT person_id {_OVER} UNION SELECT told_by {_OVER} AND told_by IS NOT NULL
 UNION SELECT person.id
  FROM registry_person AS person JOIN registry_party AS party ON party.id = person.party_id
 WHERE (person.changed_at < %(confirmed)s
    OR (party.level = 'unregistered' AND person.changed_at < %(nowhere)s))
   AND NOT EXISTS (SELECT FROM registry_stay WHERE person_id = person.id)
   AND NOT EXISTS (SELECT FROM registry_stay WHERE told_by = person.id)
 ORDER BY 1
"""
_STAYLESS = """
SELECT id FROM registry_person
 WHERE id = ANY (%s)
   AND NOT EXISTS (SELECT FROM registry_stay WHERE person_id = registry_person.id)
   AND NOT EXISTS (SELECT FROM registry_stay WHERE told_by = registry_person.id)
"""
_OF_EMPTY_PARTIES = """
DELETE FROM {table}
 WHERE {key} = ANY (%s)
   AND NOT EXISTS (SELECT FROM registry_person AS one WHERE one.party_id = {table}.{key})
RETURNING {key}
"""
