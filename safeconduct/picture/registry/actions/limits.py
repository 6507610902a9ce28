"""How often a form may be sent from one network."""

import hmac
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import connection


def count_form_use(*, network: str, now: datetime) -> int:
    """Count one more use of a form from a network this hour and return how many that makes.

    The network is kept as a keyed digest for a day, so the table says nothing about who came.
    """
    source = hmac.new(settings.SECRET_KEY.encode(), network.encode(), sha256).hexdigest()[:32]
    hour = now.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_formuse (source, hour, count) VALUES (%s, %s, 1)"
            " ON CONFLICT ON CONSTRAINT formuse_once"
            " DO UPDATE SET count = registry_formuse.count + 1 RETURNING count",
            [source, hour],
        )
        return int(cursor.fetchone()[0])
