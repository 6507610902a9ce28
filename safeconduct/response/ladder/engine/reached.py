"""How many people a batch has reached by whichever step, each counted once.

The outbox counts by channel, and somebody written to by two steps counts there twice. To
count people is to read every message, so it is done now and then and kept.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from safeconduct.picture.rollcall.queries import speaks_to
from safeconduct.response.ladder.models import Climb
from safeconduct.wires.messaging.engine.places import leads_to
from safeconduct.wires.messaging.queries import Tally, untrue_receipts
from safeconduct.wires.messaging.terms import Channel, State

_EVERY: Final = timedelta(seconds=10)
# A call speaks to the whole party, of which some may be at home and were never meant.
_ON_THE_ROLL: Final = """EXISTS (
    SELECT FROM ladder_climb c JOIN rollcall_standing s ON s.incident_id = c.incident_id
    WHERE c.batch_id = d.batch_id AND s.person_id = p.id)"""
# Whoever a message was addressed to, and for a shared address whoever it spoke to besides.
_REACHED: Final = f"""
WITH told AS (
    SELECT recipient_id AS person_id, country, state FROM messaging_delivery
    WHERE batch_id = %s AND state IN ({State.HANDED:d}, {State.DELIVERED:d})
    UNION ALL
    SELECT p.id, d.country, d.state FROM messaging_delivery d
    JOIN registry_person r ON r.id = d.recipient_id
    JOIN registry_person p ON p.party_id = r.party_id AND p.id <> r.id
    WHERE d.batch_id = %s AND d.state IN ({State.HANDED:d}, {State.DELIVERED:d})
        AND (d.covers > 1 OR d.channel = {Channel.CALL:d} AND {_ON_THE_ROLL})
        AND {speaks_to("p.id", "r.party_id")}
)
SELECT country, count(*), count(*) FILTER (WHERE proven) FROM (
    SELECT person_id, min(country) AS country, bool_or(state = {State.DELIVERED:d}) AS proven
    FROM told GROUP BY person_id) people
GROUP BY country
"""
# Whether a report means anything depends on where the number leads, not on where its owner is.
_UNPROVABLE: Final = f"""
SELECT coalesce(sum(covers), 0) FROM messaging_delivery
WHERE batch_id = %s AND channel = {Channel.SMS:d}
    AND state IN ({State.HANDED:d}, {State.DELIVERED:d})
    AND (address LIKE ANY (%s) OR (address LIKE '+999%%' AND country = ANY (%s)))
"""


def count_reached(climb: Climb, tally: Tally, *, now: datetime) -> None:
    """Count anew if messages have been handed over since, and not more often than it pays.

    While all went by one channel, and every report of it means what it says, the outbox's own
    counters are exact.
    """
    handed = tally.messages(State.HANDED, State.DELIVERED)
    proven = tally.messages(State.DELIVERED)
    texted = tally.messages(State.HANDED, State.DELIVERED, channel=Channel.SMS)
    untrue = untrue_receipts() if texted else frozenset[str]()
    known = [handed, proven, *sorted(untrue)]
    exact = len(tally.messages_by_channel()) < 2 and not untrue
    if exact or climb.reached.get("of") == known:
        return
    if climb.reached_at is not None and now < climb.reached_at + _EVERY:
        return
    people = {code: list(both) for code, both in people_by_country(climb.batch_id).items()}
    Climb.objects.filter(pk=climb.pk).update(
        reached={
            "of": known,
            "people": people,
            "unprovable": people_unprovable(climb.batch_id, untrue),
        },
        reached_at=now,
    )


def people_by_country(batch_id: int) -> dict[str, tuple[int, int]]:
    """By country, people a message was handed over for and those proven; reads every message."""
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, [batch_id, batch_id])
        return {country: (told, sure) for country, told, sure in cursor.fetchall()}


def people_unprovable(batch_id: int, untrue: Collection[str]) -> int:
    """People texted at numbers of these countries, where reports prove nothing."""
    if not untrue:
        return 0
    beginnings, countries = leads_to(untrue)
    with connection.cursor() as cursor:
        cursor.execute(
            _UNPROVABLE, [batch_id, [f"{beginning}%" for beginning in beginnings], countries]
        )
        return int(cursor.fetchone()[0])
