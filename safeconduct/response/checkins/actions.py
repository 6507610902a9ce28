"""Asking everybody whether they are safe, and settling the answers no machine may read."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit import actions as audit
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.partitions import drop_partition, ensure_partition
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.registry import actions as registry
from safeconduct.picture.rollcall.actions import open_roll, record_sighting
from safeconduct.picture.rollcall.engine import rows
from safeconduct.picture.rollcall.models import Attempt
from safeconduct.response.checkins import rules
from safeconduct.response.checkins.engine.raw import Raw
from safeconduct.response.checkins.engine.reading import Said, unseen
from safeconduct.response.checkins.engine.writing import write_replies
from safeconduct.response.checkins.models import (
    AskedBlock,
    BackBatch,
    HeardText,
    Round,
    Unclear,
)
from safeconduct.response.checkins.queries import askings_of
from safeconduct.response.checkins.terms import (
    BLOCK_SIZE,
    HEARD_KEPT,
    KEPT,
    MATCHED,
    SETTLED,
    UNSETTLED_KEPT,
    Dismissal,
)
from safeconduct.wires.intake.terms import Answer, Scope
from safeconduct.wires.messaging.terms import Channel

_ASK: Final = """
    INSERT INTO checkins_asked (incident_id, id, round_id, person_id, party_id, asked_at, post_id)
    SELECT %s, %s + place, %s, person_id, party_id, %s, post_id FROM audience_chunk
"""


_FORGET: Final = """
    UPDATE checkins_unclear SET candidates = (
        SELECT coalesce(jsonb_agg(one ORDER BY place), '[]')
        FROM jsonb_array_elements(candidates) WITH ORDINALITY AS c (one, place)
        WHERE (one->>2)::bigint <> ALL (%(people)s)
    ) WHERE EXISTS (
        SELECT FROM jsonb_array_elements(candidates) AS c (one)
        WHERE (one->>2)::bigint = ANY (%(people)s)
    ) RETURNING id, settled_at IS NOT NULL AND candidates = '[]'
"""
# As long as rollcall.Sighting.told_by is.
_LONGEST_TELLER: Final = 100
_BY_INCIDENT: Final = (
    "checkins_asked",
    "checkins_reply",
    "rollcall_sighting",
    "rollcall_standing",
)


class IncidentClosedError(Refusal):
    """Nobody is asked in an incident that is over."""


class SettledAlreadyError(Refusal):
    """Another officer has settled the answer."""


class NotACandidateError(Refusal):
    """The answer cannot speak for that person."""


class NothingSaidError(Refusal):
    """Neither an answer nor a number is to be kept."""


@dataclass(frozen=True, slots=True)
class Match:
    """Whom an unknown sender's text is about, in which incident, and what it says of them."""

    person_id: int
    incident_id: int
    answer: Answer | None


class ChunkTooLargeError(Refusal):
    """More people at once than a block of ids has."""


@transaction.atomic
def open_round(
    *,
    incident_id: int,
    audience_id: int | None,
    batch_id: int | None,
    closes_at: datetime,
    now: datetime,
    actor: Actor,
) -> Round:
    """Ask the question once more in an incident; makes room for answers and standings.

    :raises IncidentClosedError: if the incident is closed.
    """
    incident = Incident.objects.select_for_update().get(pk=incident_id)
    if incident.closed_at is not None:
        raise IncidentClosedError(_("This incident is closed: open a new one to ask again."))
    open_roll(incident_id=incident_id)
    for parent in ("checkins_asked", "checkins_reply"):
        ensure_partition(parent, incident_id)
    last = Round.objects.filter(incident_id=incident_id).aggregate(last=Max("number"))["last"]
    opened = Round.objects.create(
        incident_id=incident_id,
        number=(last or 0) + 1,
        opened_at=now,
        closes_at=closes_at,
        audience_id=audience_id,
        batch_id=batch_id,
    )
    audit.record(
        "checkins.round_opened",
        actor=actor,
        subject_kind="incident",
        subject_id=incident_id,
        detail={"round": opened.number},
        now=now,
    )
    return opened


@transaction.atomic
def ask_chunk(*, round: Round, now: datetime, actor: Actor) -> int:  # noqa: A002 -- the field's word
    """Ask everybody in the temporary table ``audience_chunk``; returns the first of their ids.

    The id of each is that first one and their ``place`` in the table. At most ``BLOCK_SIZE``
    people, since their ids come from one block.

    :raises ChunkTooLargeError: if there are more.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audience_chunk")
        (people,) = cursor.fetchone()
        if people > BLOCK_SIZE:
            raise ChunkTooLargeError(_("An audience is asked in smaller parts than this."))
        cursor.execute("SELECT nextval('checkins_asked_block_seq')")
        first_id = int(cursor.fetchone()[0]) * BLOCK_SIZE
        cursor.execute(_ASK, [round.incident_id, first_id, round.pk, now])
    AskedBlock.objects.create(
        first_id=first_id,
        until_id=first_id + people,
        round=round,
        incident_id=round.incident_id,
    )
    audit.record(
        "checkins.asked",
        actor=actor,
        subject_kind="asked",
        subject_id=first_id,
        subject_until_id=first_id + people,
        detail={"count": people, "round": round.number},
        now=now,
    )
    return first_id


@transaction.atomic
def settle_unclear(
    *, unclear_id: int, asked_ids: Collection[int], answer: Answer, now: datetime, actor: Actor
) -> None:
    """Count an unclear answer as what an officer read in it, for those they chose.

    :raises SettledAlreadyError: if somebody was quicker.
    :raises NotACandidateError: if it cannot speak for one of those, or nobody was chosen.
    """
    unclear = _unsettled(unclear_id)
    people = {one.asked_id: one for one in askings_of(unclear)}
    if not asked_ids or not people.keys() >= set(asked_ids):
        raise NotACandidateError(_("Choose whom this answer speaks for."))
    chosen = [people[asked_id] for asked_id in sorted(set(asked_ids))]
    # One person speaks for themselves; of several nobody knows who held the telephone.
    by = chosen[0] if len(chosen) == 1 else people.get(unclear.candidates[0][1], chosen[0])
    said = [Said(_raw_of(unclear), answer, of, by) for of in chosen]
    cursor = rows.cursor()
    write_replies(cursor, unseen(cursor, said), now=now, actor=actor)
    # From now on it is theirs, and goes with them.
    unclear.candidates = [[of.incident_id, of.asked_id, of.person_id] for of in chosen]
    _put_away(unclear, SETTLED, now, actor)
    _remember("checkins.unclear_settled", unclear, now, actor, count=len(chosen))


@transaction.atomic
def dismiss_unclear(*, unclear_id: int, reason: Dismissal, now: datetime, actor: Actor) -> None:
    """Put an answer away that says nothing of anybody's safety.

    :raises SettledAlreadyError: if somebody was quicker.
    """
    unclear = _unsettled(unclear_id)
    _put_away(unclear, reason.value, now, actor)
    _remember("checkins.unclear_dismissed", unclear, now, actor, reason=reason.value)


@transaction.atomic
def match_unclear(
    *, unclear_id: int, match: Match, add_contact: bool, now: datetime, actor: Actor
) -> None:
    """Take an answer from an unknown sender as told of a person, by that sender.

    With ``add_contact`` the sender's number becomes a contact of theirs.

    :raises SettledAlreadyError: if somebody was quicker.
    :raises UnknownStandingError: if the person is not on that incident's roll.
    :raises ContactRefusedError: if the number is none that can be reached.
    :raises NothingSaidError: if it says nothing and its number is not to be kept.
    """
    unclear = _unsettled(unclear_id)
    if match.answer is None and not add_contact:
        raise NothingSaidError(_("Say what the answer means, or that the number is theirs."))
    if match.answer is not None:
        presence, safety = rules.meaning(match.answer)
        record_sighting(
            incident_id=match.incident_id,
            person_id=match.person_id,
            presence=presence or None,
            safety=safety or None,
            told_by=unclear.sender[:_LONGEST_TELLER],
            stated_at=min(unclear.stated_at, now),
            now=now,
            actor=actor,
        )
    if add_contact:
        registry.add_contact(
            person_id=match.person_id,
            channel=Channel.EMAIL if "@" in unclear.sender else Channel.SMS,
            address=rules.telephone(unclear.sender),
            now=now,
            actor=actor,
        )
    unclear.candidates = [[match.incident_id, 0, match.person_id]]
    _put_away(unclear, MATCHED, now, actor)
    _remember("checkins.unclear_matched", unclear, now, actor, person=match.person_id)


@transaction.atomic
def forget_old_answers(now: datetime) -> int:
    """Drop what was asked, answered and seen in incidents closed 90 days ago; how many incidents.

    Tallies and the log stay: they name nobody. A text nobody settled goes after a year.
    """
    Unclear.objects.filter(
        Q(settled_at__lt=now - KEPT) | Q(received_at__lt=now - UNSETTLED_KEPT)
    ).delete()
    HeardText.objects.filter(received_at__lt=now - HEARD_KEPT).delete()
    BackBatch.objects.filter(begins_at__lt=now - KEPT).delete()
    # Also those in which nobody was asked: people say by themselves that they are there.
    closed = Incident.objects.filter(closed_at__lt=now - KEPT)
    found = _still_filed(closed.order_by("pk").values_list("pk", flat=True))
    Attempt.objects.filter(incident_id__in=found).delete()
    for incident_id in found:
        for parent in _BY_INCIDENT:
            drop_partition(parent, incident_id)
    Round.objects.filter(incident_id__in=found, closed_at=None).update(closed_at=now)
    return len(found)


@transaction.atomic
def forget_people(*, person_ids: Sequence[int], now: datetime, actor: Actor) -> int:
    """Take people who left the registry out of unclear answers; of how many.

    One that was settled as theirs alone goes. One that waits keeps its text, for it may be a
    call for help, and says no longer whose it may be.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"people": list(person_ids)})
        found = cursor.fetchall()
    Unclear.objects.filter(pk__in=[pk for pk, is_over in found if is_over]).delete()
    audit.record(
        "checkins.forgotten",
        actor=actor,
        subject_kind="unclear",
        detail={"count": len(found)},
        now=now,
    )
    return len(found)


def _still_filed(incident_ids: Iterable[int]) -> list[int]:
    """Those of these incidents of which something is still there."""
    tables = " OR ".join(f"to_regclass('{parent}_' || id) IS NOT NULL" for parent in _BY_INCIDENT)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM unnest(%s::bigint[]) AS id WHERE {tables} ORDER BY id",
            [list(incident_ids)],
        )
        return [found for (found,) in cursor.fetchall()]


def _unsettled(unclear_id: int) -> Unclear:
    unclear = Unclear.objects.select_for_update().get(pk=unclear_id)
    if unclear.settled_at is not None:
        raise SettledAlreadyError(_("Somebody has settled this answer already."))
    return unclear


def _put_away(unclear: Unclear, outcome: str, now: datetime, actor: Actor) -> None:
    unclear.settled_at, unclear.settled_by, unclear.outcome = now, actor.id, outcome
    unclear.save(update_fields=["settled_at", "settled_by", "outcome", "candidates"])


def _remember(
    kind: str, unclear: Unclear, now: datetime, actor: Actor, **detail: str | int
) -> None:
    audit.record(
        kind,
        actor=actor,
        subject_kind="unclear",
        subject_id=unclear.pk,
        detail={**detail},
        now=now,
    )


def _raw_of(unclear: Unclear) -> Raw:
    return Raw(
        id=unclear.pk,
        received_at=unclear.received_at,
        stated_at=unclear.stated_at,
        channel=unclear.channel,
        key=unclear.key,
        asked_id=unclear.asked_id,
        answer=unclear.answer,
        scope=Scope.ME,
        others=None,
        sender=unclear.sender,
        text=unclear.text,
    )
