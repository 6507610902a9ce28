"""From a release to a row for every message: chunk by chunk, each a transaction of its own."""

from collections import Counter
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.audiences.actions import stage_chunk, stage_some, unstage
from safeconduct.picture.audiences.queries import usable
from safeconduct.picture.audiences.terms import Chunk, Ways
from safeconduct.picture.incidents.actions import write_log
from safeconduct.picture.incidents.terms import LogKind
from safeconduct.picture.rollcall.actions import presume_chunk
from safeconduct.response.alerts.actions.steps import ways_of
from safeconduct.response.alerts.models import Release
from safeconduct.response.checkins.actions import ask_chunk
from safeconduct.wires.messaging.actions import enqueue_select, fill_finished
from safeconduct.wires.messaging.queries import batch_tally

SYSTEM: Final = Actor.system("alerts.expansion")

# By the first of the ways that works; people of one party who share an address get one message,
# in the name of the first of them. One probe for each person: left to itself the planner would
# read every contact point there is for every chunk.
_MESSAGES: Final = """
SELECT DISTINCT ON (c.party_id, k.channel, k.address) c.person_id, c.asked_id, c.post_id,
    k.channel, k.address, coalesce(nullif(k.language, ''), c.language), c.country,
    (count(*) OVER (PARTITION BY c.party_id, k.channel, k.address))::smallint
FROM audience_chunk c CROSS JOIN LATERAL (
    SELECT k.channel, k.address, k.language FROM registry_contactpoint k
    WHERE k.person_id = c.person_id AND k.channel = ANY(%s::smallint[]) AND {usable}
    ORDER BY array_position(%s::smallint[], k.channel), k.last_worked_at DESC NULLS LAST, k.id
    LIMIT 1) k
ORDER BY c.party_id, k.channel, k.address, c.person_id
"""

# A correction goes the way the message went that it corrects, whatever works best today.
_CORRECTIONS: Final = """
SELECT c.person_id, c.asked_id, c.post_id, d.channel, d.address, d.language, c.country, d.covers
FROM audience_chunk c JOIN messaging_delivery d ON d.recipient_id = c.person_id
WHERE d.batch_id = %s AND (d.handed_at IS NOT NULL OR d.maybe_twice)
"""


class ExpansionBusyError(Exception):
    """Another worker is writing a chunk of this release: come again."""


@transaction.atomic
def expand_next(*, release_id: int, now: datetime) -> bool:
    """Write the next chunk of a release; False when there is nothing left to do.

    Killed at any moment it leaves whole chunks only, and goes on with the next party.
    The first chunk is small, so that the first messages leave at once.

    :raises ExpansionBusyError: while another worker is at it; it may die before the end.
    """
    release = _ours(release_id)
    if release is None:
        return False
    if release.stopped_at is not None or now >= release.alert.expires_at:
        _finish(release, now)
        return False
    chunk = _stage(release, now)
    is_first = release.first_party_ids is None
    # An empty chunk may lie before parties of the first one: only standing still is the end.
    if not is_first and chunk.last_party_id == release.expanded_to_party_id:
        _finish(release, now)
        return False
    _write(release, chunk, now)
    _advance(release, chunk)
    return True


def _ours(release_id: int) -> Release | None:
    """The release; None where it is finished.

    A lock beside the row: whoever stops the alert must not wait for a chunk.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtext('alerts.expansion'), %s)", [release_id]
        )
        if not cursor.fetchone()[0]:
            raise ExpansionBusyError(f"Release #{release_id} is being expanded.")
    rows = Release.objects.select_related("alert__incident", "audience", "round")
    return rows.filter(pk=release_id, expanded_at=None).first()


def _stage(release: Release, now: datetime) -> Chunk:
    if release.first_party_ids is None:
        return stage_some(
            audience=release.audience,
            limit=settings.ALERTS["FIRST_CHUNK_SIZE"],
            ways=_ways(release),
        )
    return stage_chunk(
        audience=release.audience,
        after_party_id=release.expanded_to_party_id,
        limit=settings.ALERTS["CHUNK_SIZE"],
        but_not=release.first_party_ids,
        ways=_ways(release),
        now=now,
    )


def _write(release: Release, chunk: Chunk, now: datetime) -> None:
    if not chunk.people:
        return
    if release.round is not None:
        ask_chunk(round=release.round, now=now, actor=SYSTEM)
        presume_chunk(
            incident_id=release.round.incident_id,
            round_number=release.round.number,
            now=now,
            actor=SYSTEM,
        )
    added = _enqueue(release)
    _count(release, chunk, added)


def _enqueue(release: Release) -> int:
    corrected, ways = release.audience.of_batch_id, _ways(release)
    channels = list(ways.channels)
    return enqueue_select(
        batch_id=release.batch_id,
        select_sql=_CORRECTIONS if corrected else _MESSAGES.format(usable=usable(ways)),
        params=[corrected] if corrected else [channels, channels],
        actor=SYSTEM,
    )


def _ways(release: Release) -> Ways:
    return ways_of(release.alert)


def _count(release: Release, chunk: Chunk, messages: int) -> None:
    audience = release.audience
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audience_chunk WHERE reach & %s = 0", [_ways(release).mask]
        )
        unreachable = cursor.fetchone()[0]
    sums = Counter[str](audience.final)
    sums.update(
        people=chunk.people, parties=chunk.parties, messages=messages, unreachable=unreachable
    )
    audience.final = dict(sums)
    audience.save(update_fields=["final"])


def _advance(release: Release, chunk: Chunk) -> None:
    if release.first_party_ids is None:
        release.first_party_ids = list(chunk.party_ids)
    else:
        release.expanded_to_party_id = chunk.last_party_id
    release.save(update_fields=["first_party_ids", "expanded_to_party_id"])


def _finish(release: Release, now: datetime) -> None:
    """Nothing more joins: keep the final counts beside those that were read before release."""
    unstage(audience=release.audience)
    final = {"people": 0, "parties": 0, "messages": 0, "unreachable": 0} | release.audience.final
    by_channel = batch_tally([release.batch_id]).messages_by_channel()
    final["channels"] = {channel.name.lower(): sum_ for channel, sum_ in by_channel.items()}
    release.audience.final = final
    release.audience.save(update_fields=["final"])
    release.expanded_at = now
    release.save(update_fields=["expanded_at"])
    fill_finished(release.batch_id, now=now)
    counts = {"people": final["people"], "messages": final["messages"]}
    if release.alert.incident is not None:
        detail: dict[str, object] = {"alert": release.alert_id, **counts}
        write_log(
            incident=release.alert.incident,
            kind=LogKind.EXPANDED,
            detail=detail,
            now=now,
            actor=SYSTEM,
        )
    record(
        "alerts.expanded",
        actor=SYSTEM,
        subject_kind="alert",
        subject_id=release.alert_id,
        detail=dict(counts),
        now=now,
    )
