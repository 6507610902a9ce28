"""Changing the key over everybody's keys."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy import sealing
from safeconduct.ground.privacy.engine import ciphers
from safeconduct.ground.privacy.models import DataKey
from safeconduct.ground.privacy.terms import REWRAPPED

# Keys wrapped anew in one transaction: whoever shreds one meanwhile waits that long.
_AT_ONCE = 1_000


def rewrap_keys(*, now: datetime, actor: Actor) -> int:
    """Wrap every key with the installation's current one; how many were under another.

    What was sealed stays as it is. May be broken off and begun again.

    :raises SealBrokenError: if a key is wrapped by one we no longer hold.
    """
    total = 0
    while some := _rewrap_some():
        total += some
    if total:
        with transaction.atomic():
            record(REWRAPPED, actor=actor, subject_kind="keys", detail={"count": total}, now=now)
    return total


@transaction.atomic
def _rewrap_some() -> int:
    current = ciphers.mark(settings.DATA_KEYS[0])
    waiting = DataKey.objects.filter(wrapped__isnull=False).exclude(wrapper=current)
    rows = list(waiting.select_for_update().order_by("pk")[:_AT_ONCE])
    for row in rows:
        subject = sealing.Subject(row.kind, row.subject_id)
        row.wrapped, row.wrapper = sealing.wrap(subject, sealing.unwrap(row))
    DataKey.objects.bulk_update(rows, ["wrapped", "wrapper"])
    return len(rows)
