"""What is said between a request's sender and the post, and the word that an answer waits."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel import facts
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.picture.registry import rules as registry
from safeconduct.response.cases import rules
from safeconduct.response.cases.actions.opening import (
    add_photos,
    add_words,
    details_of,
    note,
    put_details,
)
from safeconduct.response.cases.actions.positions import drop_position
from safeconduct.response.cases.actions.working import (
    CaseOverError,
    _locked,
    _refuse_over,
    _remember,
)
from safeconduct.response.cases.events import CaseAnswered
from safeconduct.response.cases.models import Case, Message, NoticeBatch
from safeconduct.response.cases.terms import (
    LINK_LIFE,
    LINK_PURPOSE,
    MOST_MESSAGES_AN_HOUR,
    NOTICE_LASTS,
    WISHES,
    Deed,
    Direction,
    State,
)
from safeconduct.wires.messaging.actions import TextDraft, enqueue_select, open_batch
from safeconduct.wires.messaging.terms import Channel, Lane

_TEXTS: Final = Path(__file__).parent.parent / "texts"
LANGUAGES: Final = ("az", "en", "ru", "fa", "ar")
_WAYS: Final = frozenset({int(Channel.SMS), int(Channel.EMAIL), int(Channel.PUSH)})
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('cases notices'))"
_REGISTERED: Final = """
SELECT c.person_id, %s::bigint, %s::smallint, c.channel, c.address,
    coalesce(nullif(c.language, ''), %s), %s, 1::smallint
FROM registry_contactpoint AS c
WHERE c.person_id = %s AND c.channel = ANY(%s)
"""
_TOLD: Final = """
SELECT %s::bigint, %s::bigint, %s::smallint, w.channel, w.address, %s, %s, 1::smallint
FROM unnest(%s::smallint[], %s::varchar[]) AS w (channel, address)
"""


class NothingSaidError(Refusal):
    """An empty answer."""


class NewWordsError(Refusal):
    """Something was said since the officer opened the page."""


class CareAskedError(Refusal):
    """They wrote how or when it is safe to reach them, and nobody has said what follows."""


class TooManyError(Refusal):
    """One link writes more than a person does."""


@transaction.atomic
def reply(
    *,
    case_id: int,
    words: str,
    seen: int | None,
    tell: bool | None = None,
    key: UUID | None = None,
    now: datetime,
    actor: Actor,
) -> tuple[Message, int]:
    """Answer a request's sender: on their page at once, and word of it by every way they allow.

    ``seen`` is the last message on the officer's page; None sends in any case. ``tell`` says
    whether word of it goes out at all; None leaves it to what they asked for. The same ``key``
    again writes and sends nothing. Gives back the message and how many notices left.

    :raises NothingSaidError: without words.
    :raises NewWordsError: if something was said after ``seen``.
    :raises CareAskedError: if ``tell`` is None and they wrote how or when it is safe.
    :raises CaseOverError: if the request is closed.
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    if known := _written(case, key):
        return known, 0
    _refuse_over(case)
    if seen is not None and case.messages.filter(pk__gt=seen).exists():
        raise NewWordsError(
            _("Something new was said while you wrote. Read it; your answer is still here.")
        )
    message = add_words(case, words, at=now, direction=Direction.OUT, officer_id=actor.id, key=key)
    if message is None:
        raise NothingSaidError(_("Write an answer first."))
    sent = _tell(case, message, now, actor) if _may_tell(case, tell) else 0
    case.answered_at, case.heard_at = now, now
    if case.owner_id is None:
        case.owner_id = actor.id
        note(case, Deed.TAKEN, now, officer_id=actor.id)
    case.state = State.OPEN.value if case.state == State.NEW else case.state
    case.version += 1
    case.save(update_fields=["answered_at", "heard_at", "owner_id", "state", "version"])
    _remember("cases.replied", case, now, actor, count=sent)
    facts.announce(CaseAnswered(case.pk))
    return message, sent


@transaction.atomic
def write_note(
    *,
    case_id: int,
    words: str,
    kept_back: str = "",
    office: tuple[str, int | None] = ("", None),
    key: UUID | None = None,
    now: datetime,
    actor: Actor,
) -> Message:
    """Write something for other officers, which the person can read unless it is kept back.

    ``kept_back`` is the reason (``terms.KeptBack``) why they read only that there is a note;
    ``office`` the role and post they read instead of the officer's name. The same ``key`` again
    writes nothing.

    :raises NothingSaidError: without words.
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    if known := _written(case, key):
        return known
    role, post_id = office
    by = {"officer_id": actor.id, "role": role, "post_id": post_id, "kept_back": kept_back}
    message = add_words(case, words, at=now, direction=Direction.NOTE, key=key, **by)
    if message is None:
        raise NothingSaidError(_("Write a note first."))
    _remember("cases.noted", case, now, actor)
    return message


@transaction.atomic
def hear(
    *,
    case_id: int,
    words: str,
    key: UUID | None,
    photos: Sequence[bytes] = (),
    now: datetime,
    actor: Actor,
) -> int:
    """A message and photos from a request's sender; the same key again changes nothing.

    How many of the photos could not be taken.

    :raises NothingSaidError: if there is neither.
    :raises CaseOverError: if the request is closed.
    :raises TooManyError: if this link writes more than people do.
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    if key is not None and Message.objects.filter(key=key).exists():
        return 0
    if case.closed_at is not None:
        raise CaseOverError(_("This request is closed. Send a new one if you need help."))
    if not words.strip() and not photos:
        raise NothingSaidError(_("Write a message or choose a photo."))
    _refuse_flood(case, now)
    add_words(case, words, at=now, direction=Direction.IN, key=key)
    lost = add_photos(case, photos, at=now, now=now)
    case.heard_at, case.state = now, rules.state_after_word(case.state).value
    case.version += 1
    case.save(update_fields=["heard_at", "state", "version"])
    _remember("cases.heard", case, now, actor)
    return lost


@transaction.atomic
def withdraw(*, case_id: int, now: datetime, actor: Actor) -> None:
    """Its sender takes a request back: the position goes at once, an officer looks and closes.

    Nobody ends a call for help but an officer: whoever holds the telephone may not be the one
    who asked.
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    if case.closed_at is not None or case.withdrawn_at is not None:
        return
    drop_position(case, now, why="person")
    case.withdrawn_at, case.heard_at = now, now
    case.version += 1
    fields = ["withdrawn_at", "heard_at", "position", "position_until", "version"]
    case.save(update_fields=fields)
    note(case, Deed.WITHDRAWN, now)
    _remember("cases.withdrawn", case, now, actor)


@transaction.atomic
def set_wishes(*, case_id: int, wishes: Mapping[str, str], now: datetime, actor: Actor) -> None:
    """How a request's sender wants to be reached from now on, and who may read the request.

    :raises CaseOverError: if the request is closed.
    """
    case = _locked(case_id)
    before = details_of(case)
    after = {name: said for name, said in before.items() if name not in WISHES}
    after |= {name: said for name in WISHES if (said := wishes.get(name, ""))}
    if after == before:
        return
    put_details(case, after)
    # An officer who writes an answer just now reads it before it goes.
    case.version += 1
    case.save(update_fields=["details", "version"])
    note(case, Deed.WISHES, now)
    _remember("cases.wishes_set", case, now, actor)


def note_seen(case: Case, *, through: int, now: datetime) -> None:
    """Our answers have been read on their page, up to this one."""
    unseen = case.messages.filter(direction=Direction.OUT, seen_at=None, pk__lte=through)
    unseen.update(seen_at=now)


def _refuse_flood(case: Case, now: datetime) -> None:
    lately = case.messages.filter(direction=Direction.IN, at__gt=now - timedelta(hours=1))
    if lately.count() >= MOST_MESSAGES_AN_HOUR:
        raise TooManyError(_("That is very much in one hour. Wait a little, or call us."))


def _written(case: Case, key: UUID | None) -> Message | None:
    """What the same page wrote when it was first sent: browsers send it again when reloaded."""
    return case.messages.filter(key=key).first() if key else None


def _may_tell(case: Case, tell: bool | None) -> bool:
    if tell is None and rules.asks_for_care(details_of(case)):
        raise CareAskedError(
            _("They wrote how or when it is safe to reach them. Read it, then choose below.")
        )
    return tell is not False


def _tell(case: Case, message: Message, now: datetime, actor: Actor) -> int:
    """Put the word that an answer waits into the outbox; how many messages."""
    allowed = _WAYS - rules.refused_ways(details_of(case))
    recipient = case.person_id or -case.pk
    batch_id = _batch(case, now, actor)
    known = [case.pk, case.post_id, case.language, case.country, case.person_id, list(allowed)]
    sent = 0
    if case.person_id is not None:
        sent = enqueue_select(batch_id=batch_id, select_sql=_REGISTERED, params=known, actor=actor)
    if not sent and (ways := _told_ways(case, allowed)):
        sent = enqueue_select(
            batch_id=batch_id,
            select_sql=_TOLD,
            params=[recipient, case.pk, case.post_id, case.language, case.country, *_split(ways)],
            actor=actor,
        )
    message.batch_id, message.recipient_id = batch_id, recipient
    message.save(update_fields=["batch_id", "recipient_id"])
    return sent


def _told_ways(case: Case, allowed: Collection[int]) -> list[tuple[int, str]]:
    """The number and address they told us of in the request itself, by ways they allow."""
    details, ways = details_of(case), []
    try:
        if phone := str(details.get("phone", "")):
            number = registry.normalised_phone(phone, case.country or None)
            ways.append((int(Channel.SMS), number))
    except Refusal:
        pass
    try:
        if mail := str(details.get("email", "")):
            ways.append((int(Channel.EMAIL), registry.normalised_mail(mail)))
    except Refusal:
        pass
    return [(way, address) for way, address in ways if way in allowed]


def _split(ways: Sequence[tuple[int, str]]) -> tuple[list[int], list[str]]:
    return [channel for channel, _address in ways], [address for _channel, address in ways]


def _batch(case: Case, now: datetime, actor: Actor) -> int:
    """The batch of this day for the n-th answer somebody gets in it."""
    day = now.astimezone(UTC).date()
    begins = datetime.combine(day, time(), UTC)
    told = case.messages.filter(direction=Direction.OUT, at__gte=begins, batch_id__isnull=False)
    if case.person_id is not None:
        told = Message.objects.filter(
            recipient_id=case.person_id, direction=Direction.OUT, at__gte=begins
        )
    number = told.count()
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
    which = {"day": day, "number": number, "exercise": case.exercise}
    known = NoticeBatch.objects.filter(**which).first()
    if known:
        return known.batch_id
    batch = open_batch(
        lane=Lane.URGENT,
        not_after=begins + timedelta(days=1) + NOTICE_LASTS,
        exercise=case.exercise,
        texts=list(_texts()),
        link_purpose=LINK_PURPOSE,
        link_expires_on=day + LINK_LIFE,
        now=now,
        actor=actor,
    )
    return NoticeBatch.objects.create(**which, batch_id=batch.pk).batch_id


@cache
def _texts() -> tuple[TextDraft, ...]:
    """Neutral on every screen: no name, no ministry, nothing of what it is about."""
    drafts = []
    for language in LANGUAGES:
        said = tomllib.loads((_TEXTS / f"{language}.toml").read_text("utf-8"))["notice"]
        drafts += [
            TextDraft(language, Channel.SMS, f"{said['sms']} #{{code}}"),
            TextDraft(
                language, Channel.EMAIL, f"{said['mail'].strip()}\n\n#{{code}}\n", said["subject"]
            ),
            TextDraft(language, Channel.PUSH, said["push"], said["subject"]),
        ]
    return tuple(drafts)
