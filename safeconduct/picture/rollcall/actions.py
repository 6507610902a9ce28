"""Writing down what is learned of people in an incident, and who looks after whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import psycopg
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from psycopg import sql

from safeconduct.ground.audit import actions as audit
from safeconduct.ground.kernel import facts
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.partitions import ensure_partition
from safeconduct.picture.rollcall import rules
from safeconduct.picture.rollcall.engine import rows
from safeconduct.picture.rollcall.engine.fold import Heard, fold
from safeconduct.picture.rollcall.engine.tally import add_up, bump_version, counted, laid_down
from safeconduct.picture.rollcall.events import CallClosed
from safeconduct.picture.rollcall.models import Attempt, Standing
from safeconduct.picture.rollcall.rules import Sighting
from safeconduct.picture.rollcall.terms import Closing, How, Outcome, Presence, Safety, Witness

# H3 cells: bits 52 to 55 hold the resolution, from bit 44 downward three bits a digit;
# digits finer than the resolution are all ones (h3geo.org, "H3Index bit layout").
_CELL_5: Final = "(cell & ~(15::bigint << 52)) | (5::bigint << 52) | (63::bigint << 24)"
_PRESENT: Final = f"""
    INSERT INTO rollcall_standing AS s (incident_id, person_id, party_id, presence, safety,
        asked_round, asked_at, country, post_id, cell, intensity, vulnerability, record_at,
        reachable)
    SELECT %(incident_id)s, person_id, party_id, {Presence.PRESUMED:d}, {Safety.NO_ANSWER:d},
        %(round)s, %(now)s, country, post_id, {_CELL_5}, intensity, vulnerability, record_at,
        reach > 0
    FROM audience_chunk
"""
# Nobody of them is on the roll: counted as they come, and added up when all are there.
_WELCOME: Final = laid_down(
    f"""
    SELECT country, coalesce(post_id, 0), coalesce({_CELL_5}, 0), {Presence.PRESUMED:d},
        {Safety.NO_ANSWER:d}, 0, %(round)s::smallint, reach > 0, count(*) FROM audience_chunk
    GROUP BY 1, 2, 3, 8
    """
)
_PRESUME: Final = counted(
    f"""
    {_PRESENT} ORDER BY person_id
    ON CONFLICT (incident_id, person_id) DO UPDATE SET
        asked_round = greatest(s.asked_round, excluded.asked_round),
        asked_at = excluded.asked_at,
        presence = greatest(s.presence, excluded.presence),
        country = excluded.country, post_id = excluded.post_id, cell = excluded.cell,
        intensity = greatest(s.intensity, excluded.intensity),
        vulnerability = excluded.vulnerability, record_at = excluded.record_at,
        reachable = excluded.reachable
    """
)

# A call for help outlives the caller's entry until an officer has closed it.
_CALLING: Final = """
    SELECT FROM rollcall_standing c JOIN incidents_incident i ON i.id = c.incident_id
    WHERE c.incident_id = s.incident_id AND c.person_id = s.person_id
        AND c.help_open AND i.closed_at IS NULL
"""
_FORGET: Final = counted(
    "DELETE FROM rollcall_standing AS s"
    " WHERE s.incident_id = %(incident_id)s AND s.person_id = ANY (%(people)s)"
    f" AND NOT EXISTS ({_CALLING})"
)
_FORGET_WORDS: Final = tuple(
    f"DELETE FROM {table} AS s WHERE s.person_id = ANY (%s) AND NOT EXISTS ({_CALLING})"
    for table in ("rollcall_sighting", "rollcall_attempt")
)


class UnknownStandingError(Refusal):
    """The person is not on this incident's roll."""


class ClaimedByAnotherError(Refusal):
    """Another officer already looks after the person."""


class NoOpenCallError(Refusal):
    """There is no call for help to close."""


class FutureSightingError(Refusal):
    """Something cannot have been said after it was written down."""


def open_roll(*, incident_id: int) -> None:
    """Make room for an incident's sightings and standings; doing it again changes nothing."""
    with connection.cursor() as cursor:
        for parent in ("rollcall_sighting", "rollcall_standing"):
            ensure_partition(parent, incident_id)
        # Room on every page for the row's next version, so that an answer touches no index.
        cursor.execute(f"ALTER TABLE rollcall_standing_{int(incident_id)} SET (fillfactor = 70)")


def complete_roll(*, incident_id: int) -> None:
    """Have the roll put in order, since nobody more comes onto it by the thousand for now.

    In a job: it outlives the caller's transaction, and putting in order cannot be in one.
    """
    job = app.configure_task("rollcall.order_roll", lock=f"roll:{incident_id}")
    job.defer(incident_id=incident_id)


@transaction.atomic
def add_up_roll(*, incident_id: int) -> None:
    """Add whom layouts put on the roll to its tallies; the sums stay what they were."""
    cursor = rows.cursor()
    rows.hold(cursor, [incident_id])
    add_up(cursor, incident_id)


def order_roll(*, incident_id: int) -> None:
    """Index whom to look for first, once for each incident; while it lasts, all write on.

    Made of a million rows the index takes a second; kept while those rows came, it would
    take longer than writing them. Until it is there the list is sorted when it is read.
    """
    table = f"rollcall_standing_{int(incident_id)}"
    name = sql.Identifier(f"{table}_silent")
    # What waits for other transactions must not be in one.
    beside = sql.SQL("" if connection.in_atomic_block else "CONCURRENTLY")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s))"
            " FROM pg_class WHERE oid = to_regclass(%s)",
            [f"{table}_silent", table],
        )
        found = cursor.fetchone()
        if found is None or found[0]:
            return
        # One that was broken off stays behind and helps nobody.
        cursor.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(name))
        cursor.execute(
            sql.SQL(
                "CREATE INDEX {} {} ON {} (intensity DESC, vulnerability DESC, record_at,"
                " person_id)"
            ).format(beside, name, sql.Identifier(table))
        )


@transaction.atomic
def presume_chunk(*, incident_id: int, round_number: int, now: datetime, actor: Actor) -> int:
    """Put everybody in the temporary table ``audience_chunk`` on the roll, presumed present.

    Whoever is on it already keeps their standing and is noted as asked in this
    round. Returns how many people that were; tallies and version are kept.
    """
    cursor = rows.cursor()
    people = _presumed(cursor, incident_id, round_number, now)
    bump_version(cursor, incident_id, now)
    audit.record(
        "rollcall.presumed",
        actor=actor,
        subject_kind="incident",
        subject_id=incident_id,
        detail={"count": people, "round": round_number},
        now=now,
    )
    return people


def _presumed(cursor: rows.Cursor, incident_id: int, round_number: int, now: datetime) -> int:
    known = {"incident_id": incident_id, "round": round_number, "now": now}
    if round_number == 1:
        rows.begin_layout(cursor, incident_id)
        # In a first round hardly anybody can be on the roll; then all of them go the long way.
        try:
            with transaction.atomic():
                cursor.execute(_PRESENT, known)
                people = cursor.rowcount
        except psycopg.errors.UniqueViolation:
            pass
        else:
            # Nobody else can see the new rows or counts them yet: all others write on.
            cursor.execute(_WELCOME, known)
            return people
    else:
        rows.await_layouts(cursor, [incident_id])
    rows.hold(cursor, [incident_id])
    cursor.execute(_PRESUME, known)
    (people,) = cursor.fetchone() or (0,)
    return int(people)


@transaction.atomic
def forget_people(*, person_ids: Sequence[int], now: datetime, actor: Actor) -> int:
    """Take people who left the registry off every roll, with all that was said of them.

    Whoever calls for help in an open incident stays on its roll until that call is closed.
    Returns how many standings went; the tallies of their incidents follow.
    """
    ids = list(person_ids)
    cursor = rows.cursor()
    cursor.execute(
        "SELECT DISTINCT incident_id FROM rollcall_standing WHERE person_id = ANY (%s) ORDER BY 1",
        [ids],
    )
    incidents = [int(incident_id) for (incident_id,) in cursor.fetchall()]
    # Before anything goes: an answer that is being written down must not lose its sighting.
    rows.hold(cursor, incidents)
    for statement in _FORGET_WORDS:
        cursor.execute(statement, [ids])
    gone = 0
    for incident_id in incidents:
        cursor.execute(_FORGET, {"incident_id": incident_id, "people": ids})
        (people,) = cursor.fetchone() or (0,)
        bump_version(cursor, incident_id, now)
        gone += int(people)
    audit.record(
        "rollcall.forgotten", actor=actor, subject_kind="roll", detail={"count": gone}, now=now
    )
    return gone


@transaction.atomic
def record_sighting(
    *,
    incident_id: int,
    person_id: int,
    presence: Presence | None,
    safety: Safety | None,
    told_by: str,
    stated_at: datetime,
    now: datetime,
    actor: Actor,
) -> None:
    """Write down what an officer was told of a person: by whom, and when it was said.

    :raises UnknownStandingError: if the person is not on the roll.
    :raises FutureSightingError: if it was said after ``now``.
    """
    if stated_at > now:
        raise FutureSightingError(_("Nobody can have said this in the future: check the time."))
    standing = _locked(incident_id, person_id)
    heard = _said_by(actor, person_id, (presence, safety), stated_at=stated_at, now=now)
    _fold_one(standing, heard._replace(told_by=told_by), now)
    _remember("rollcall.sighting_recorded", standing, now=now, actor=actor)


@transaction.atomic
def claim_person(
    *, incident_id: int, person_id: int, now: datetime, actor: Actor, take_over: bool = False
) -> None:
    """Make the acting officer the one who looks after a person.

    :raises ClaimedByAnotherError: if another officer does and ``take_over`` is not said.
    """
    standing = _locked(incident_id, person_id)
    if standing.claimed_by == actor.id:
        return
    if standing.claimed_by is not None and not take_over:
        raise ClaimedByAnotherError(
            _("Another officer looks after this person. You can take over from them.")
        )
    _of(incident_id, person_id).update(claimed_by=actor.id, claimed_at=now)
    bump_version(rows.cursor(), incident_id, now)
    before = standing.claimed_by or 0
    _remember("rollcall.claimed", standing, now=now, actor=actor, **{"from": before})


@transaction.atomic
def release_claim(*, incident_id: int, person_id: int, now: datetime, actor: Actor) -> None:
    """Give a person back; nothing happens unless the acting officer looks after them."""
    standing = _locked(incident_id, person_id)
    if standing.claimed_by != actor.id:
        return
    _of(incident_id, person_id).update(claimed_by=None, claimed_at=None)
    bump_version(rows.cursor(), incident_id, now)
    _remember("rollcall.claim_released", standing, now=now, actor=actor)


@transaction.atomic
def log_attempt(
    *,
    incident_id: int,
    person_id: int,
    how: How,
    outcome: Outcome,
    now: datetime,
    actor: Actor,
) -> Attempt:
    """Write down that an officer tried to reach a person and did not."""
    standing = _locked(incident_id, person_id)
    _of(incident_id, person_id).update(attempts=min(standing.attempts + 1, 9999))
    bump_version(rows.cursor(), incident_id, now)
    said = {"how": how.value, "outcome": outcome.value}
    _remember("rollcall.attempt_logged", standing, now=now, actor=actor, **said)
    return Attempt.objects.create(
        incident_id=incident_id,
        person_id=person_id,
        at=now,
        officer_id=actor.id or 0,
        how=how.value,
        outcome=outcome.value,
    )


@transaction.atomic
def close_help(
    *, incident_id: int, person_id: int, reason: Closing, now: datetime, actor: Actor
) -> None:
    """Close a person's calls for help, all that have reached our door so far.

    What the reason says of the person becomes the officer's word. A call that
    arrives later opens again.

    :raises NoOpenCallError: if no call is open.
    """
    standing = _locked(incident_id, person_id)
    if not standing.help_open:
        raise NoOpenCallError(_("There is no open call for help: somebody has closed it."))
    says = rules.closing_words(reason)
    heard = _said_by(actor, person_id, says, stated_at=now, now=now)
    closing = heard.sighting._replace(closes_help_at=standing.called_at)
    _fold_one(standing, heard._replace(sighting=closing), now)
    _remember("rollcall.help_closed", standing, now=now, actor=actor, reason=reason.value)
    facts.announce(CallClosed(incident_id, person_id))


def _said_by(
    actor: Actor,
    person_id: int,
    says: tuple[Presence | None, Safety | None],
    *,
    stated_at: datetime,
    now: datetime,
) -> Heard:
    presence, safety = says[0] or Presence.UNKNOWN, says[1] or Safety.NO_ANSWER
    word = Sighting(Witness.OFFICER, presence, safety, stated_at=stated_at, received_at=now)
    return Heard(person_id, word, actor.kind.value, actor.id)


def _fold_one(standing: Standing, heard: Heard, now: datetime) -> None:
    # Said before the last question: it answers the one before.
    earlier = max(standing.asked_round - 1, 0)
    said = heard.sighting._replace(round_number=earlier)
    fold(standing.incident_id, [heard._replace(sighting=said)], now=now)


def _of(incident_id: int, person_id: int) -> QuerySet[Standing]:
    return Standing.objects.filter(incident_id=incident_id, person_id=person_id)


def _locked(incident_id: int, person_id: int) -> Standing:
    rows.hold(rows.cursor(), [incident_id])
    standing = _of(incident_id, person_id).first()
    if standing is None:
        raise UnknownStandingError(_("This person is not on the roll of this incident."))
    return standing


def _remember(
    kind: str, standing: Standing, *, now: datetime, actor: Actor, **detail: str | int
) -> None:
    audit.record(
        kind,
        actor=actor,
        subject_kind="person",
        subject_id=standing.person_id,
        detail={"incident": standing.incident_id, **detail},
        now=now,
    )
