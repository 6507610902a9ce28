"""Who was proven lately to have a message: a heap of ids for whoever waits for that.

A hint, no record: what is lost of it is found again in the deliveries.
"""

from collections import defaultdict
from typing import Final

from django.db import connection

MOST: Final = 20_000
_TELL: Final = """
INSERT INTO messaging_proof (batch_id, recipient_id) SELECT %s, unnest(%s::bigint[])
"""
_TAKE: Final = """
DELETE FROM messaging_proof WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM messaging_proof LIMIT %s FOR UPDATE SKIP LOCKED))
RETURNING batch_id, recipient_id
"""


def take_proofs(limit: int = MOST) -> dict[int, list[int]]:
    """Recipients proven since the last call, by batch; it is the caller's to act on them.

    In the caller's transaction: rolled back, they are told again.
    """
    found: defaultdict[int, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [limit])
        for batch_id, recipient_id in cursor.fetchall():
            found[batch_id].append(recipient_id)
    return found


def tell_again(batch_id: int, recipients: list[int]) -> None:
    """Put back whom nothing could be done for yet."""
    with connection.cursor() as cursor:
        cursor.execute(_TELL, [batch_id, recipients])
