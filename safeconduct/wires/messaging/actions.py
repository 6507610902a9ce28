"""Putting messages into the outbox, and taking back what has not left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg import sql
from psycopg.errors import UniqueViolation

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.partitions import drop_partition, ensure_partition
from safeconduct.wires.messaging import rules
from safeconduct.wires.messaging.engine.authenticity import minted_code
from safeconduct.wires.messaging.engine.push import PushText
from safeconduct.wires.messaging.engine.spoken import forget_spoken
from safeconduct.wires.messaging.engine.withdrawing import Withdrawn, withdraw, withdraw_at
from safeconduct.wires.messaging.models import Batch, BatchText, ProviderOut, SenderIdentity
from safeconduct.wires.messaging.terms import (
    CODE_PLACE,
    KEPT,
    LINK_PLACE,
    NAMED,
    PUT_BACK,
    STOP_SIGNAL,
    TAKEN_OUT,
    UNNAMED,
    WORK_SIGNAL,
    Channel,
    Lane,
    State,
)

_ENQUEUE: Final = """
WITH added AS (
    INSERT INTO messaging_delivery (
        recipient_id, subject_id, post_id, channel, address, language, country, covers,
        batch_id, state, due_at, settled_at
    )
    SELECT picked.*, %s, %s, %s, %s::timestamptz FROM ({select}) AS picked
    {known}
    RETURNING channel, country, covers
), counted AS (
    INSERT INTO messaging_batchtally (batch_id, channel, state, country, messages, people)
    SELECT %s, channel, %s, country, count(*), sum(covers) FROM added GROUP BY channel, country
    RETURNING messages
)
SELECT coalesce(sum(messages), 0) FROM counted
"""
_KNOWN_STAY: Final = "ON CONFLICT (recipient_id, channel, batch_id) DO NOTHING"

_OLD_BATCHES: Final = """
SELECT id FROM messaging_batch
 WHERE finished_at < %s AND to_regclass('messaging_delivery_' || id) IS NOT NULL ORDER BY id
"""


# Of 24 million codes some thousand are taken: a second try is rare, a third never seen.
_CODE_TRIES: Final = 5


class BatchRefusedError(Refusal):
    """The batch could not be sent as it is; the message says what is missing."""


class ProviderRefusedError(Refusal):
    """A provider was named that is not ours."""


@dataclass(frozen=True, slots=True)
class TextDraft:
    """A batch's words in one language for one channel.

    ``{link}`` marks the place of each reader's link, ``{code}`` that of the batch's code.
    """

    language: str
    channel: int
    body: str
    subject: str = ""


@transaction.atomic
def open_batch(
    *,
    lane: Lane,
    not_after: datetime,
    exercise: bool,
    texts: Sequence[TextDraft],
    link_purpose: str,
    link_expires_on: date | None,
    corrects: Batch | None = None,
    post_id: int | None = None,
    now: datetime,
    actor: Actor,  # noqa: ARG001 -- the caller audits what the batch is for; we know no crisis
) -> Batch:
    """Open a batch that messages can be put into, with its texts and its own partition.

    Nothing of it leaves at or after ``not_after``. It gets a code of its own, which
    stands in its texts wherever they have the place for it; what is an exercise says
    so in its first word. What ``corrects`` another takes that one's place on a screen.
    It takes turns with the batches of its post; without one it is the ministry's.

    :raises BatchRefusedError: for an expiry in the past, no words at all, or a link
        without purpose or last day.
    """
    _refuse_unsendable(texts, not_after, link_purpose, link_expires_on, now)
    batch = _coded(
        Batch(
            lane=lane,
            post_id=post_id,
            created_at=now,
            not_after=not_after,
            exercise=exercise,
            link_purpose=link_purpose,
            link_expires_on=link_expires_on,
            topic=corrects.topic if corrects else "",
        )
    )
    BatchText.objects.bulk_create(_text(batch, text) for text in texts)
    ensure_partition("messaging_delivery", batch.pk)
    _tune_partition(batch.pk)
    return batch


def _coded(batch: Batch) -> Batch:
    """The batch, saved under a code that no other has."""
    for _try in range(_CODE_TRIES):
        batch.code = minted_code()
        batch.topic = batch.topic or batch.code
        try:
            with transaction.atomic():
                batch.save(force_insert=True)
        except IntegrityError:
            continue
        return batch
    raise RuntimeError("No code is free.")


def _text(batch: Batch, draft: TextDraft) -> BatchText:
    subject, body = draft.subject, draft.body.replace(CODE_PLACE, batch.code or "")
    if batch.exercise or settings.MODE == "exercise":
        subject = rules.marked(subject, draft.language)
        body = rules.marked(body, draft.language)
    if draft.channel == Channel.PUSH:
        body = _push_text(batch, body).written()
    return BatchText(
        batch=batch, language=draft.language, channel=draft.channel, subject=subject, body=body
    )


def _push_text(batch: Batch, body: str) -> PushText:
    """The body of a push message; where nothing is asked its link leads to the page about it."""
    code = batch.code or ""
    page = f"{settings.PUBLIC_URL}/v/{code}"
    return PushText(
        body=body,
        link=LINK_PLACE if batch.link_purpose else page,
        asks=bool(batch.link_purpose) and batch.link_purpose not in settings.LINK_PATHS,
        code=code,
        topic=batch.topic,
        until=int(batch.not_after.timestamp()),
        urgent=batch.lane == Lane.URGENT,
    )


def _refuse_unsendable(
    texts: Sequence[TextDraft],
    not_after: datetime,
    link_purpose: str,
    link_expires_on: date | None,
    now: datetime,
) -> None:
    if not_after <= now:
        raise BatchRefusedError(_("The expiry has passed. Choose a later one."))
    if not texts or any(not text.body.strip() for text in texts):
        raise BatchRefusedError(_("Write the message before sending it."))
    asks = any(LINK_PLACE in text.body for text in texts)
    if asks and not (link_purpose and link_expires_on):
        raise BatchRefusedError(
            _("The message holds a link, but nothing says until when it works.")
        )


def _tune_partition(batch_id: int) -> None:
    """Vacuum by rows changed, not by share: every row is updated twice within minutes."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "ALTER TABLE {} SET (autovacuum_vacuum_scale_factor = 0.05,"
                " autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 2)"
            ).format(sql.Identifier(f"messaging_delivery_{batch_id}"))
        )


@transaction.atomic
def enqueue_select(
    *,
    batch_id: int,
    select_sql: str,
    params: Sequence[Any],
    due_at: datetime | None = None,
    anew: bool = False,
    actor: Actor,  # noqa: ARG001 -- as in open_batch
) -> int:
    """Put the rows of a query into a batch and wake the senders; returns how many were new.

    None of them leaves before ``due_at``. Who expects all of them to be new says ``anew``
    and has them written in two thirds of the time.

    The query yields, in this order: recipient_id, subject_id, post_id, channel, address,
    language, country, covers. Who is in the batch already on that channel is left alone,
    so a chunk may be repeated. What joins a stopped or expired batch ends at once.
    """
    # When a message is due is read by the database's clock; ours may be minutes ahead.
    now = clock.of_database()
    batch = Batch.objects.get(pk=batch_id)
    state = _state_on_arrival(batch, now)
    settled_at = None if state is State.WAITING else now
    values = [batch_id, int(state), due_at or now, settled_at, *params, batch_id, int(state)]
    added = _enqueued_anew(select_sql, values) if anew else None
    if added is None:
        added = _enqueued(select_sql, values, known=_KNOWN_STAY)
    if batch.finished_at is not None:
        Batch.objects.filter(pk=batch_id).update(finished_at=None)
    _signal(WORK_SIGNAL, batch_id)
    return added


def _enqueued_anew(select_sql: str, values: Sequence[Any]) -> int | None:
    """How many were added; None, with nothing written, where somebody was in the batch already."""
    try:
        with transaction.atomic():
            return _enqueued(select_sql, values, known="")
    except IntegrityError as refused:
        if not isinstance(refused.__cause__, UniqueViolation):
            raise
        return None


def _enqueued(select_sql: str, values: Sequence[Any], *, known: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_ENQUEUE.replace("{known}", known).replace("{select}", select_sql), values)
        return int(cursor.fetchone()[0])


@transaction.atomic
def withdraw_select(
    *,
    batch_id: int,
    select_sql: str,
    params: Sequence[Any],
    now: datetime,
    actor: Actor,  # noqa: ARG001 -- as in open_batch
) -> Withdrawn:
    """End the messages whose ids a query yields and that have not left: they are needed no more.

    Senders drop what they hold of them. What is in a provider's hands, or an officer's who
    telephones, is left alone.
    """
    return withdraw(
        batch_id=batch_id, select_sql=select_sql, params=params, state=State.ANSWERED, now=now
    )


@transaction.atomic
def unsubscribe(
    *,
    channel: Channel,
    address: str,
    recipient_ids: Sequence[int],
    now: datetime,
    actor: Actor,  # noqa: ARG001 -- as in open_batch
) -> int:
    """End what has not left for these people at an address that wants no more of it; how many.

    What is urgent stays: threats to life, and replies to what they wrote or asked for.
    """
    channels = [channel, Channel.CALL] if channel is Channel.SMS else [channel]
    return withdraw_at(address=address, channels=channels, recipient_ids=recipient_ids, now=now)


def _state_on_arrival(batch: Batch, now: datetime) -> State:
    if batch.stopped_at is not None:
        return State.STOPPED
    return State.EXPIRED if now >= batch.not_after else State.WAITING


@transaction.atomic
def fill_finished(batch_id: int, *, now: datetime | None = None) -> None:
    """Say that nothing more will join, also of a batch that was stopped while it filled."""
    Batch.objects.filter(pk=batch_id, filled_at=None).update(filled_at=now or clock.now())
    _signal(WORK_SIGNAL, batch_id)


@transaction.atomic
def stop_batch(*, batch_id: int, now: datetime, actor: Actor) -> bool:  # noqa: ARG001 -- as above
    """Take back whatever has not left; returns whether this call was the one that stopped it.

    Senders hear of it at the commit and check before each hand-off; the rows end as
    ``STOPPED`` by their sweeper, in chunks, so that this returns at once at any size.
    """
    stopped = Batch.objects.filter(pk=batch_id, stopped_at=None).update(stopped_at=now)
    _signal(STOP_SIGNAL, batch_id)
    return bool(stopped)


def forget_recipients(recipient_ids: Sequence[int]) -> int:
    """Blank the addresses of people who left; returns in how many messages.

    Messages still on their way keep theirs until they have ended and their
    batch's partition is dropped. The caller's audit entry covers it.
    """
    forget_spoken(person_ids=recipient_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_delivery SET address = ''"
            " WHERE recipient_id = ANY (%s) AND NOT state = ANY (%s) AND address <> ''",
            [list(recipient_ids), [State.WAITING, State.CLAIMED]],
        )
        return int(cursor.rowcount)


def drop_old_batches(now: datetime) -> int:
    """Delete the messages of batches that ended 90 days ago; how many batches. Counters stay."""
    with connection.cursor() as cursor:
        cursor.execute(_OLD_BATCHES, [now - KEPT])
        found = [batch_id for (batch_id,) in cursor.fetchall()]
    for batch_id in found:
        drop_partition("messaging_delivery", batch_id)
    forget_spoken(batch_ids=found)
    return len(found)


def _signal(channel: str, batch_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [channel, str(batch_id)])


@transaction.atomic
def switch_provider(*, name: str, out: bool, now: datetime, actor: Actor) -> None:
    """Take a provider out of service, or put it back; senders follow within a second or two.

    What is on its way there is let finish. Saying it twice changes and records nothing.

    :raises ProviderRefusedError: for a provider that this installation does not have.
    """
    if name not in settings.MESSAGING["PROVIDERS"]:
        raise ProviderRefusedError(_("There is no provider of this name."))
    if out:
        new = ProviderOut.objects.get_or_create(
            provider=name, defaults={"since": now, "officer_id": actor.id}
        )[1]
    else:
        new = ProviderOut.objects.filter(provider=name).delete()[0] > 0
    if new:
        kind = TAKEN_OUT if out else PUT_BACK
        record(kind, actor=actor, subject_kind="provider", detail={"provider": name}, now=now)


@transaction.atomic
def keep_identity(*, identity: SenderIdentity, now: datetime, actor: Actor) -> SenderIdentity:
    """Enter or change the name we send under in a country; messages bear it within seconds."""
    identity.save()
    _tell_identity(NAMED, identity, now, actor)
    return identity


@transaction.atomic
def remove_identity(*, identity: SenderIdentity, now: datetime, actor: Actor) -> None:
    """Forget a sender name: messages there bear the provider's own again."""
    _tell_identity(UNNAMED, identity, now, actor)
    identity.delete()


def _tell_identity(kind: str, identity: SenderIdentity, now: datetime, actor: Actor) -> None:
    record(
        kind,
        actor=actor,
        subject_kind="sender_identity",
        subject_id=identity.pk,
        detail={
            "provider": identity.provider,
            "country": identity.country,
            "sender": identity.sender,
        },
        now=now,
    )
