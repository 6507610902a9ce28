"""From a release to a row for every message: chunk by chunk, each a transaction of its own.

Several workers write side by side, each a slice of the audience that it holds while it does.
"""

from datetime import datetime
from math import ceil
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from procrastinate.contrib.django import app

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.audiences.actions import cut, divide, stage_chunk, stage_some, unstage
from safeconduct.picture.audiences.models import Slice
from safeconduct.picture.audiences.queries import laid_out, usable
from safeconduct.picture.audiences.terms import Chunk
from safeconduct.picture.incidents.actions import write_log
from safeconduct.picture.incidents.terms import LogKind
from safeconduct.picture.rollcall.actions import complete_roll, presume_chunk
from safeconduct.response.alerts.actions.steps import ways_of
from safeconduct.response.alerts.models import Release
from safeconduct.response.checkins.actions import ask_chunk
from safeconduct.wires.messaging.actions import enqueue_select, fill_finished
from safeconduct.wires.messaging.queries import batch_tally

SYSTEM: Final = Actor.system("alerts.expansion")

# By the first of the ways that works; people of one party who share an address get one message,
# in the name of the first of them.
_MESSAGES: Final = """
SELECT person_id, asked_id, post_id, channel, address, language, country, covers FROM (
    SELECT best.*, (count(*) OVER same)::smallint AS covers, row_number() OVER same AS nth
    FROM (
        SELECT DISTINCT ON (c.place) c.place, c.party_id, c.person_id,
            %s::bigint + c.place AS asked_id, c.post_id, k.channel, k.address,
            coalesce(nullif(k.language, ''), c.language) AS language, c.country
        FROM audience_chunk c CROSS JOIN LATERAL (
            SELECT * FROM registry_contactpoint k WHERE k.person_id {whose}
                AND k.channel = ANY(%s::smallint[]) AND {usable} OFFSET 0) k
        WHERE k.person_id = c.person_id
        ORDER BY c.place, array_position(%s::smallint[], k.channel),
            k.last_worked_at DESC NULLS LAST, k.id) best
    WINDOW same AS (PARTITION BY party_id, channel, address ORDER BY place
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) messages
WHERE nth = 1
"""
# OFFSET 0 keeps it at what is said here: left to itself the planner would read every contact
# point there is for every chunk.
_EACH: Final = "= c.person_id"
_STRETCH: Final = "BETWEEN {0:d} AND {1:d}"

# A correction goes the way the message went that it corrects, whatever works best today.
_CORRECTIONS: Final = """
SELECT c.person_id, %s::bigint + c.place, c.post_id, d.channel, d.address, d.language, c.country,
    d.covers
FROM audience_chunk c JOIN messaging_delivery d ON d.recipient_id = c.person_id
WHERE d.batch_id = %s AND (d.handed_at IS NOT NULL OR d.maybe_twice)
"""
# A chunk that is lost is written again, and nobody acts on one that could still be: a sender's
# claim waits for the disk, and what was logged before it, this chunk, is there with it.
_LAZILY: Final = "SET LOCAL synchronous_commit = off"


class ExpansionBusyError(Exception):
    """Other workers are at what is left of this release: come again, they may die.

    ``has_more_to_come`` where one of them is still finding people whom all may then write to.
    """

    def __init__(self, message: str, *, has_more_to_come: bool = True) -> None:
        super().__init__(message)
        self.has_more_to_come = has_more_to_come


@transaction.atomic
def expand_next(*, release_id: int, now: datetime) -> bool:
    """Write the next chunk of a release; False when there is nothing left to do.

    Killed at any moment it leaves whole chunks only, and goes on with the next party.
    The first chunk is small, so that the first messages leave at once; the rest is divided
    into parts that as many workers look for and cut into slices, and write slice by slice.

    :raises ExpansionBusyError: while others are at all that is left; they may die before the end.
    """
    release = _unfinished(release_id)
    if release is None:
        return False
    if release.stopped_at is not None or now >= release.alert.expires_at:
        _break_off(release, now)
        return False
    if release.first_party_ids is None:
        _hold_alone(release)
        _begin(release, now)
        return True
    piece = _free_piece(release)
    if piece is None:
        _finish_once(release, now)
        return False
    piece.audience = release.audience
    if piece.is_part:
        _cut(release, piece)
    else:
        _go_on(release, piece, now)
    piece.finished_at = now
    piece.save()
    return True


def _unfinished(release_id: int) -> Release | None:
    # The area is asked for once for each part, and is long.
    area = ("audience__cells_from", "audience__cells_until", "audience__intensities")
    rows = Release.objects.select_related("alert__incident", "audience", "round")
    rows = rows.defer(*area, "alert__shape")
    return rows.filter(pk=release_id, expanded_at=None).first()


def _hold_alone(release: Release) -> None:
    """Be the one who begins. A lock beside the row: whoever stops the alert must not wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtext('alerts.expansion'), %s)", [release.pk]
        )
        alone = cursor.fetchone()[0]
    # Another may have begun between our look and our lock.
    if not alone or not Release.objects.filter(pk=release.pk, first_party_ids=None).exists():
        raise ExpansionBusyError(f"Release #{release.pk} is being begun.")


def _free_piece(release: Release) -> Slice | None:
    """What nobody cuts or writes, held until the transaction ends; None once all is finished."""
    left = release.audience.slices.filter(finished_at=None)
    piece = left.select_for_update(skip_locked=True).order_by("number").first()
    if piece is None and left.exists():
        parts = left.filter(until_party_id=None)
        raise ExpansionBusyError(
            f"Others write what is left of release #{release.pk}.", has_more_to_come=parts.exists()
        )
    return piece


def _begin(release: Release, now: datetime) -> None:
    """Write the first, small chunk, and call as many workers as there are parts of the rest."""
    audience = release.audience
    chunk = stage_some(
        audience=audience,
        limit=settings.ALERTS["FIRST_CHUNK_SIZE"],
        ways=ways_of(release.alert),
    )
    chunks = ceil(audience.preview.get("people", 0) / settings.ALERTS["CHUNK_SIZE"])
    parts = max(1, min(settings.ALERTS["EXPANSION_WORKERS"], chunks))
    first, *_rest = divide(audience=audience, parts=parts, first=chunk, now=now)
    release.first_party_ids = list(chunk.party_ids)
    release.save(update_fields=["first_party_ids"])
    for worker in range(parts):
        # The lock keeps one of a kind at work, also when a lost release is taken up again.
        job = app.configure_task("alerts.expand_release", lock=f"release:{release.pk}:{worker}")
        job.defer(release_id=release.pk)
    _write(release, first, chunk, now)
    first.save()


def _cut(release: Release, piece: Slice) -> None:
    cut(
        part=piece,
        limit=settings.ALERTS["CHUNK_SIZE"],
        but_not=release.first_party_ids or (),
        ways=ways_of(release.alert),
    )


def _go_on(release: Release, piece: Slice, now: datetime) -> None:
    chunk = stage_chunk(
        piece=piece, but_not=release.first_party_ids or (), ways=ways_of(release.alert)
    )
    with connection.cursor() as cursor:
        cursor.execute(_LAZILY)
    piece.people, piece.parties = chunk.people, chunk.parties
    _write(release, piece, chunk, now)


def _write(release: Release, piece: Slice, chunk: Chunk, now: datetime) -> None:
    if not chunk.people:
        return
    asked = None
    if release.round is not None:
        asked = ask_chunk(round=release.round, now=now, actor=SYSTEM)
    piece.messages = _enqueue(release, chunk, asked)
    # A correction goes to nobody but those whom the first message was handed over for.
    piece.unreachable = 0 if release.audience.of_batch_id else _unreachable(release)
    if release.round is not None:
        # Last: from the roll's version on all who write to it take turns, to the commit.
        presume_chunk(
            incident_id=release.round.incident_id,
            round_number=release.round.number,
            now=now,
            actor=SYSTEM,
        )


def _enqueue(release: Release, chunk: Chunk, first_asked_id: int | None) -> int:
    corrected, ways = release.audience.of_batch_id, ways_of(release.alert)
    channels = list(ways.channels)
    whose = _STRETCH.format(*chunk.stretch) if chunk.stretch else _EACH
    messages = _MESSAGES.format(whose=whose, usable=usable(ways))
    return enqueue_select(
        batch_id=release.batch_id,
        select_sql=_CORRECTIONS if corrected else messages,
        params=[first_asked_id, *([corrected] if corrected else [channels, channels])],
        anew=True,
        actor=SYSTEM,
    )


def _unreachable(release: Release) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audience_chunk WHERE reach & %s = 0",
            [ways_of(release.alert).mask],
        )
        return int(cursor.fetchone()[0])


def _break_off(release: Release, now: datetime) -> None:
    """Stopped or expired: nobody else is written to, once the chunks being written are."""
    left = release.audience.slices.filter(finished_at=None)
    # Asked anew each time: what was being cut while we waited has become slices.
    while left.exists():
        held = [piece.pk for piece in left.select_for_update().order_by("number")]
        Slice.objects.filter(pk__in=held).update(finished_at=now)
    _finish_once(release, now)


def _finish_once(release: Release, now: datetime) -> None:
    """Nothing is left to write; of several who see it the first finishes the release."""
    alive = Release.objects.select_for_update(of=["self"]).filter(pk=release.pk, expanded_at=None)
    if alive.first() is not None:
        _finish(release, now)


def _finish(release: Release, now: datetime) -> None:
    """Nothing more joins: keep the final counts beside those that were read before release."""
    unstage(audience=release.audience)
    by_channel = batch_tally([release.batch_id]).messages_by_channel()
    final: dict[str, object] = {**laid_out(release.audience)}
    counts = {"people": final["people"], "messages": final["messages"]}
    final["channels"] = {channel.name.lower(): sum_ for channel, sum_ in by_channel.items()}
    release.audience.final = final
    release.audience.save(update_fields=["final"])
    release.expanded_at = now
    release.save(update_fields=["expanded_at"])
    fill_finished(release.batch_id, now=now)
    if release.round is not None:
        complete_roll(incident_id=release.round.incident_id)
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
