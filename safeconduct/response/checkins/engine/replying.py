"""Short replies to those who wrote: whom is it for, you will get no more, you will get more.

Each kind leaves in a batch of its own for a span of time, and nobody can be in one twice:
a chatty telephone, or another machine that answers by itself, costs one message a span.
"""

import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection

from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.response.checkins.engine.reading import Riddle
from safeconduct.response.checkins.models import BackBatch, Round
from safeconduct.wires.intake.rules import link_purpose
from safeconduct.wires.messaging.actions import TextDraft, enqueue_select, open_batch
from safeconduct.wires.messaging.terms import Channel, Lane

FOLDER: Final = Path(__file__).resolve().parent.parent / "texts"
LANGUAGES: Final = ("az", "en", "ru", "fa", "ar", "tr", "fr", "es")
WHOSE, STOPPED, STARTED = "whose", "stopped", "started"
_SPAN: Final = timedelta(days=1)
# A reply that could not leave for so long answers nothing any more.
_LASTS: Final = timedelta(hours=3)

# Two drains may want the same batch: one opens it, the other waits and finds it.
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('checkins replies'))"
_TO_FAMILY: Final = f"""
SELECT a.person_id, a.id, a.post_id, c.channel, c.address,
    coalesce(nullif(c.language, ''), p.language), coalesce(s.country, ''), 1::smallint
FROM unnest(%s::bigint[], %s::bigint[], %s::varchar[]) AS w (incident_id, asked_id, address)
JOIN checkins_asked AS a ON a.incident_id = w.incident_id AND a.id = w.asked_id
JOIN registry_person AS p ON p.id = a.person_id
JOIN registry_contactpoint AS c ON c.person_id = p.id AND c.address = w.address
    AND c.channel IN ({Channel.SMS:d}, {Channel.EMAIL:d})
LEFT JOIN rollcall_standing AS s
    ON s.incident_id = a.incident_id AND s.person_id = a.person_id
"""
_TO_ADDRESS: Final = """
SELECT p.id, NULL::bigint, NULL::smallint, c.channel, c.address,
    coalesce(nullif(c.language, ''), p.language), '', 1::smallint
FROM registry_contactpoint AS c JOIN registry_person AS p ON p.id = c.person_id
WHERE c.channel = %s AND c.address = %s ORDER BY p.id LIMIT 1
"""
_ASKED_BACK: Final = """
    UPDATE checkins_unclear AS u SET asked_back_at = %s, link_asked_id = w.asked_id
    FROM unnest(%s::uuid[], %s::bigint[]) AS w (key, asked_id)
    WHERE u.key = w.key AND u.settled_at IS NULL
"""


def ask_whose(cursor: Cursor, riddles: Sequence[Riddle], *, now: datetime, actor: Actor) -> None:
    """Ask families whom their message is for, with the link to the page that lists them.

    Once a round and span; meanwhile the message waits for a person like any other.
    """
    families = [riddle for riddle in riddles if riddle.ask is not None]
    by_round: dict[int, list[Riddle]] = {}
    for riddle in families:
        assert riddle.ask is not None  # noqa: S101 -- picked above
        by_round.setdefault(riddle.ask.round_id, []).append(riddle)
    for round_id, asking in by_round.items():
        _ask_round(cursor, round_id, asking, now, actor)


def confirm(kind: str, *, channel: Channel, address: str, now: datetime, actor: Actor) -> None:
    """Tell whoever wrote from an address that their STOP or START is obeyed; once a day."""
    batch_id = _batch(kind, None, now, actor)
    enqueue_select(
        batch_id=batch_id, select_sql=_TO_ADDRESS, params=[int(channel), address], actor=actor
    )


def _ask_round(
    cursor: Cursor, round_id: int, riddles: Sequence[Riddle], now: datetime, actor: Actor
) -> None:
    asked = [(riddle.raw, riddle.ask) for riddle in riddles if riddle.ask is not None]
    asked_ids = [ask.asked_id for _, ask in asked]
    incidents = [ask.incident_id for _, ask in asked]
    round_ = Round.objects.select_related("incident").get(pk=round_id)
    enqueue_select(
        batch_id=_batch(WHOSE, round_, now, actor),
        select_sql=_TO_FAMILY,
        params=[incidents, asked_ids, [riddle.address for riddle in riddles]],
        actor=actor,
    )
    cursor.execute(_ASKED_BACK, [now, [raw.key for raw, _ in asked], asked_ids])


def _batch(kind: str, round_: Round | None, now: datetime, actor: Actor) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
    begins_at = _begins(round_, now)
    spoken = {"kind": kind, "round_id": round_.pk if round_ else 0, "begins_at": begins_at}
    known = BackBatch.objects.filter(**spoken).first()
    if known:
        return known.batch_id
    batch = open_batch(
        lane=Lane.URGENT,
        not_after=begins_at + _span(round_) + _LASTS,
        exercise=bool(round_ and round_.incident.exercise),
        texts=texts(kind),
        link_purpose=link_purpose(exercise=round_.incident.exercise) if round_ else "",
        link_expires_on=_last_day(round_) if round_ else None,
        now=now,
        actor=actor,
    )
    return BackBatch.objects.create(**spoken, batch_id=batch.pk).batch_id


def _span(round_: Round | None) -> timedelta:
    if round_ is None:
        return _SPAN
    return timedelta(hours=settings.CHECKINS["ASK_BACK_HOURS"])


def _begins(round_: Round | None, now: datetime) -> datetime:
    if round_ is None:
        return datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    span = _span(round_)
    return round_.opened_at + ((now - round_.opened_at) // span) * span


def _last_day(round_: Round) -> date:
    return round_.closes_at.astimezone(UTC).date()


@cache
def texts(kind: str) -> list[TextDraft]:
    """The words of one kind in every language they are written in."""
    drafts = []
    for language in LANGUAGES:
        said = _document(language)[kind]
        drafts.append(TextDraft(language, Channel.SMS, f"{said['sms']} #{{code}}"))
        mail = f"{said['mail'].strip()}\n\n#{{code}}\n"
        drafts.append(TextDraft(language, Channel.EMAIL, mail, subject=said["subject"]))
    return drafts


def _document(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
