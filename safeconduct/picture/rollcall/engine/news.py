"""Who was heard from lately: a heap of ids for whoever has to act on it within seconds.

A hint, no record: what is lost of it is found again in the standings.
"""

from collections import defaultdict
from typing import Final

from django.db import connection

MOST: Final = 20_000
# Of the incident and the people a statement names.
TELL: Final = "INSERT INTO rollcall_news (incident_id, person_id) SELECT %s, unnest(%s::bigint[])"
_TAKE: Final = """
DELETE FROM rollcall_news WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM rollcall_news LIMIT %s FOR UPDATE SKIP LOCKED))
RETURNING incident_id, person_id
"""


def take_news(limit: int = MOST) -> dict[int, list[int]]:
    """People heard from since the last call, by incident; it is the caller's to act on them.

    In the caller's transaction: rolled back, they are told again.
    """
    found: defaultdict[int, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [limit])
        for incident_id, person_id in cursor.fetchall():
            found[incident_id].append(person_id)
    return found


def tell_again(incident_id: int, people: list[int]) -> None:
    """Put back whom nothing could be done for yet."""
    with connection.cursor() as cursor:
        cursor.execute(TELL, [incident_id, people])
