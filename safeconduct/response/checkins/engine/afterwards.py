"""What follows once answers are folded: wishes obeyed, families asked back, their answers met."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from safeconduct.ground.audit import actions as audit
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry.actions import start_contact, stop_contact
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.response.checkins.engine.reading import Understood, Wished
from safeconduct.response.checkins.engine.replying import STARTED, STOPPED, ask_whose, confirm
from safeconduct.response.checkins.terms import BY_LINK, Wish
from safeconduct.wires.intake.terms import Scope
from safeconduct.wires.messaging.terms import Channel

_PENDING: Final = """
    SELECT EXISTS (
        SELECT FROM checkins_unclear WHERE settled_at IS NULL AND link_asked_id IS NOT NULL
    )
"""
# The same answer, given later by the link the family was sent. Of several texts that say the
# same, an answer for one person may be any: they stay, unless all of the family are meant. An
# officer who has one open goes before.
_MEET: Final = f"""
    WITH answered AS (
        SELECT t.asked_id, t.answer, t.received_at, t.scope FROM checkins_taken AS t
        JOIN incidents_incident AS i ON i.id = t.incident_id
        WHERE i.closed_at IS NULL OR t.received_at <= i.closed_at
    ), waiting AS (
        SELECT id, link_asked_id, answer, received_at,
            count(*) OVER (PARTITION BY link_asked_id, answer) AS alike
        FROM checkins_unclear
        WHERE settled_at IS NULL AND link_asked_id = ANY (ARRAY(SELECT asked_id FROM answered))
    ), met AS (
        SELECT id FROM checkins_unclear WHERE settled_at IS NULL AND id IN (
            SELECT w.id FROM waiting AS w JOIN answered AS a
                ON a.asked_id = w.link_asked_id AND a.answer = w.answer
            WHERE a.received_at >= w.received_at
                AND (w.alike = 1 OR a.scope = {Scope.ALL_OF_US:d})
        ) FOR UPDATE SKIP LOCKED
    )
    UPDATE checkins_unclear SET settled_at = %s, outcome = '{BY_LINK}'
    WHERE id IN (SELECT id FROM met)
"""


def answer_back(cursor: Cursor, heard: Understood, *, now: datetime, actor: Actor) -> None:
    """Do what the texts of a fold ask for, and settle those its answers by link have met."""
    _obey(heard.wishes, now, actor)
    ask_whose(cursor, heard.riddles, now=now, actor=actor)
    _meet(cursor, now, actor)


def _obey(wishes: Sequence[Wished], now: datetime, actor: Actor) -> None:
    for raw, wish, address in wishes:
        channel = Channel.EMAIL if "@" in address else Channel.SMS
        change, kind = {
            Wish.STOP: (stop_contact, STOPPED),
            Wish.START: (start_contact, STARTED),
        }[wish]
        if change(channel=channel, address=address, now=raw.received_at, actor=actor):
            confirm(kind, channel=channel, address=address, now=now, actor=actor)


def _meet(cursor: Cursor, now: datetime, actor: Actor) -> None:
    cursor.execute(_PENDING)
    (is_pending,) = cursor.fetchone() or (False,)
    if not is_pending:
        return
    cursor.execute(_MEET, [now])
    if met := cursor.rowcount:
        audit.record(
            "checkins.met_by_link",
            actor=actor,
            subject_kind="unclear",
            detail={"count": met},
            now=now,
        )
