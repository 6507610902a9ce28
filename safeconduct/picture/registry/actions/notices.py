"""Telling people of a list by SMS that we have them: an SMS of an alert is too short for it."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.tokens import LENGTH
from safeconduct.picture.registry import terms
from safeconduct.picture.registry.models import ImportRun, Notice, Source, StillRound
from safeconduct.wires.messaging import actions as messaging
from safeconduct.wires.messaging.rules import best_language, segments
from safeconduct.wires.messaging.terms import CODE_PLACE, LINK_PLACE, Channel, Lane

_FILE: Final = Path(__file__).parent.parent / "data/notice.toml"
# Nobody waits for it at night; whoever is not reached in two days hears at the next contact.
_SENT_WITHIN: Final = timedelta(days=2)
_CODE_LENGTH: Final = 6


class NobodyToTellError(Refusal):
    """Everybody of the list has been told, or can be told by mail only."""


@dataclass(frozen=True, slots=True)
class NoticeCost:
    """Messages in one language and how many parts of an SMS each is."""

    language: str
    messages: int
    parts_each: int

    @property
    def parts(self) -> int:
        return self.messages * self.parts_each


def notice_costs(run: ImportRun) -> list[NoticeCost]:
    """Whom a notice to the people of a list would reach, by the language they would read."""
    source_id = _source_id(run)
    if source_id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT language, count(*) FROM ({_UNTOLD}) AS untold GROUP BY 1 ORDER BY 1",
            _untold_of(source_id),
        )
        found: dict[str, int] = {}
        for language, messages in cursor.fetchall():
            spoken = best_language(language, _texts()) or "en"
            found[spoken] = found.get(spoken, 0) + messages
    return [NoticeCost(code, count, _parts(code)) for code, count in sorted(found.items())]


@transaction.atomic
def send_notices(*, run_id: int, now: datetime, actor: Actor) -> int:
    """Put one SMS a family and number into the outbox; how many. A second click finds nobody.

    :raises NobodyToTellError: if nobody is left to tell.
    """
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    source_id = _source_id(run)
    # A list may have come in twice, and two lists may share a party: one notice is written after
    # the other, so that the second knows whom the first has told.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('registry notices'))")
    if source_id is None or not notice_costs(run):
        raise NobodyToTellError(_("Nobody of this list is left to be told by SMS."))
    batch = messaging.open_batch(
        lane=Lane.BULK,
        not_after=now + _SENT_WITHIN,
        exercise=False,
        texts=[
            messaging.TextDraft(language, Channel.SMS, text) for language, text in _texts().items()
        ],
        link_purpose=terms.LINK_PURPOSE,
        link_expires_on=(now + terms.LINK_LIFE).date(),
        now=now,
        actor=actor,
    )
    Notice.objects.create(batch_id=batch.pk, source_id=source_id, created_at=now)
    sent = messaging.enqueue_select(
        batch_id=batch.pk, select_sql=_UNTOLD, params=_untold_of(source_id), actor=actor
    )
    # Who was told and which numbers work is learned as soon as the last has left.
    messaging.fill_finished(batch.pk, now=now)
    record(
        terms.NOTICED,
        actor=actor,
        subject_kind="import",
        subject_id=run.pk,
        detail={"count": sent},
        now=now,
    )
    return sent


@transaction.atomic
def note_told_by_notice(*, batch_id: int, now: datetime, actor: Actor) -> int:
    """Note everybody as told whose notice was handed over; how many. Of other batches, nobody.

    So does a question whether they are still there: its page says where we have them from.
    """
    tells = (Notice.objects.filter(batch_id=batch_id), StillRound.objects.filter(batch_id=batch_id))
    if not any(rows.exists() for rows in tells):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, {"batch": batch_id, "now": now})
        told = int(cursor.rowcount)
    if told:
        record(
            terms.TOLD,
            actor=actor,
            subject_kind="batch",
            subject_id=batch_id,
            detail={"count": told},
            now=now,
        )
    return told


def _source_id(run: ImportRun) -> int | None:
    source = Source.objects.filter(
        kind=terms.SourceKind.IMPORT,
        label=run.label,
        legal_basis=run.legal_basis,
        collected_on=run.collected_on,
    ).first()
    return source.pk if source else None


def _untold_of(source_id: int) -> list[int | list[int]]:
    return [source_id, list(Notice.objects.values_list("batch_id", flat=True))]


@cache
def _texts() -> dict[str, str]:
    texts = tomllib.loads(_FILE.read_text("utf-8"))
    return {language: f"{text} #{CODE_PLACE}" for language, text in texts.items()}


def _parts(language: str) -> int:
    link = f"{settings.PUBLIC_URL}{settings.LINK_PATHS[terms.LINK_PURPOSE]}{'0' * LENGTH}"
    text = _texts()[language].replace(LINK_PLACE, link).replace(CODE_PLACE, "X" * _CODE_LENGTH)
    return int(segments(text).count)


# Whoever has a mail address is told by the first mail. Nobody is written to twice: what waits or
# was handed over in another notice counts, a number that failed or said STOP is left alone.
# Batches are given as numbers, so that only their own partitions are opened.
_UNTOLD: Final = """
SELECT DISTINCT ON (1) min(person.id), person.party_id, NULL::smallint, 1::smallint, point.address,
       min(person.language) AS language, coalesce(min(stay.country_id), ''),
       count(DISTINCT person.id)::smallint
  FROM registry_person AS person
  JOIN registry_contactpoint AS point ON point.person_id = person.id AND point.channel = 1
   AND point.stopped_at IS NULL
   AND (point.last_failed_at IS NULL OR point.last_worked_at > point.last_failed_at)
  LEFT JOIN registry_stay AS stay ON stay.person_id = person.id AND stay.departed_on IS NULL
 WHERE person.source_id = %s AND person.told_at IS NULL AND person.reach & 2 = 0
   AND NOT EXISTS (SELECT FROM messaging_delivery AS sent
       WHERE sent.batch_id = ANY (%s::bigint[]) AND sent.subject_id = person.party_id)
 GROUP BY person.party_id, point.address
 ORDER BY 1, point.address
"""
_TOLD: Final = """
UPDATE registry_person AS person SET told_at = %(now)s
  FROM messaging_delivery AS sent
  JOIN registry_contactpoint AS point
    ON point.address = sent.address AND point.channel = sent.channel
 WHERE sent.batch_id = %(batch)s AND sent.state IN (2, 3) AND person.id = point.person_id
   AND person.party_id = sent.subject_id AND person.told_at IS NULL
"""
