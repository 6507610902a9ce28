"""Six digits to an address: to confirm that it is theirs, or to open their record with."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel import facts, tokens
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry import rules, terms
from safeconduct.picture.registry.actions.letters import send_link
from safeconduct.picture.registry.engine.texts import code_texts
from safeconduct.picture.registry.events import CodeAskedFor
from safeconduct.picture.registry.models import CodeDay, ContactPoint, OneTimeCode
from safeconduct.wires.messaging import actions as messaging
from safeconduct.wires.messaging.actions import forget_recipients
from safeconduct.wires.messaging.terms import DIGITS_PURPOSE, Channel, Lane

_WRITTEN_TO: Final = (Channel.SMS, Channel.EMAIL)


@dataclass(frozen=True, slots=True)
class Opened:
    """What digits opened: nothing, or these parties; ``is_over`` if another code is needed."""

    party_ids: tuple[int, ...] = ()
    is_over: bool = False


@transaction.atomic
def ask_to_confirm(*, party_id: int, now: datetime, actor: Actor, again: bool = False) -> int:  # noqa: ARG001 -- an address is confirmed by whoever types the digits
    """Send a code to each address of a party that nobody has confirmed; how many.

    By itself one a day to each; ``again`` is for whoever asks for another, within limits.
    """
    sent = 0
    for address, points in _unconfirmed(party_id).items():
        mark = _mark(address)
        if _may_send(mark, now) and (again or not _sent_lately(mark, now, timedelta(days=1))):
            _open("confirm", mark, [party_id], points, now)
            sent += 1
    return sent


@transaction.atomic
def ask_to_open(*, address: str, now: datetime, actor: Actor) -> UUID | None:  # noqa: ARG001 -- anybody
    """Send whoever uses an address a code that opens their record; the key to try it with.

    None if it was asked for too often. Everything is the same whether or not anybody is
    registered with the address: rows, job and answer.
    """
    mark = _mark(address)
    if not _may_send(mark, now):
        return None
    points = ContactPoint.objects.filter(
        address=address, channel__in=_WRITTEN_TO, lent_by=None
    ).order_by("pk")
    found = list(points.values_list("pk", "person__party_id")[: terms.MOST_POINTS_OF_CODE])
    parties = list(dict.fromkeys(party for _, party in found))[: terms.MOST_IN_PARTY]
    return _open("open", mark, parties, [point for point, _ in found], now).key


@transaction.atomic
def try_to_open(*, key: UUID, digits: str, now: datetime, actor: Actor) -> Opened:
    """The parties that digits open; they then have proven that the address is theirs.

    Five tries, a quarter of an hour, once.
    """
    code = OneTimeCode.objects.select_for_update().filter(key=key, purpose="open").first()
    if code is None or not _may_try(code, now):
        return Opened(is_over=True)
    if not _fits(code, digits):
        return Opened(is_over=code.tries + 1 >= terms.MOST_TRIES)
    _use(code, now)
    for party_id in code.party_ids:
        record(terms.OPENED, actor=actor, subject_kind="party", subject_id=party_id, now=now)
    return Opened(tuple(code.party_ids), is_over=not code.party_ids)


@transaction.atomic
def confirm_contact(*, party_id: int, digits: str, now: datetime, actor: Actor) -> bool:
    """Note that an address is theirs, if the digits are those sent to it.

    The page that asks for the digits shows the link; by mail, which is free, it goes out too,
    and by SMS where somebody asks for it (``send_link``). A wrong guess counts against every
    code of the party that still waits.
    """
    waiting = OneTimeCode.objects.select_for_update().filter(
        purpose="confirm", party_ids=[party_id], used_at=None, expires_at__gt=now
    )
    confirmed = False
    for code in waiting.order_by("pk"):
        if not confirmed and _may_try(code, now) and _fits(code, digits):
            _use(code, now)
            confirmed = True
    if confirmed:
        record(terms.CONFIRMED, actor=actor, subject_kind="party", subject_id=party_id, now=now)
        send_link(party_id=party_id, by=[Channel.EMAIL], now=now, actor=actor)
    return confirmed


@transaction.atomic
def send_code(*, code_id: int, now: datetime, actor: Actor) -> int:
    """Put a code's message into the outbox, once; nobody behind the address, nothing sent."""
    code = OneTimeCode.objects.filter(pk=code_id, expires_at__gt=now).first()
    if code is None or not code.point_ids:
        return 0
    return messaging.enqueue_select(
        batch_id=_todays_batch(now, actor),
        select_sql=_MESSAGE,
        # A recipient of its own: a batch writes to each but once.
        params=[-code.pk, code.pk, code.point_ids],
        actor=actor,
    )


@transaction.atomic
def forget_codes(now: datetime) -> int:
    """Delete the codes of days gone by, and the addresses in their messages; how many."""
    old = OneTimeCode.objects.filter(created_at__lt=now - timedelta(days=1))
    forget_recipients([-pk for pk in old.values_list("pk", flat=True)])
    return old.delete()[0]


def _unconfirmed(party_id: int) -> dict[str, list[int]]:
    points = ContactPoint.objects.filter(
        person__party_id=party_id, channel__in=_WRITTEN_TO, verified_at=None, lent_by=None
    )
    found: dict[str, list[int]] = {}
    for pk, address in points.order_by("channel", "pk").values_list("pk", "address"):
        found.setdefault(address, []).append(pk)
    return found


def _open(
    purpose: str, mark: bytes, parties: list[int], points: Iterable[int], now: datetime
) -> OneTimeCode:
    code = OneTimeCode.objects.create(
        purpose=purpose,
        mark=mark,
        party_ids=parties,
        point_ids=list(points),
        created_at=now,
        expires_at=now + terms.CODE_LASTS,
    )
    facts.announce(CodeAskedFor(code.pk))
    return code


def _may_send(mark: bytes, now: datetime) -> bool:
    with connection.cursor() as cursor:
        # Two requests at once would both find room for the last one.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('registry codes'), %s)", [_half(mark)]
        )
    lately = OneTimeCode.objects.filter(mark=mark, created_at__gt=now - timedelta(days=1))
    if lately.filter(created_at__gt=now - terms.CODES_APART).exists():
        return False
    return lately.count() < terms.MOST_CODES_A_DAY


def _half(mark: bytes) -> int:
    return int.from_bytes(mark[:4], signed=True)


def _sent_lately(mark: bytes, now: datetime, within: timedelta) -> bool:
    return OneTimeCode.objects.filter(mark=mark, created_at__gt=now - within).exists()


def _may_try(code: OneTimeCode, now: datetime) -> bool:
    return code.used_at is None and now < code.expires_at and code.tries < terms.MOST_TRIES


def _fits(code: OneTimeCode, digits: str) -> bool:
    """Whether these are its digits, in a time that does not tell how many of them fit."""
    OneTimeCode.objects.filter(pk=code.pk).update(tries=F("tries") + 1)
    typed = rules.six_digits(digits).encode()
    fits = [
        hmac.compare_digest(typed, own.encode())
        for own in tokens.digits(code.pk, purpose=DIGITS_PURPOSE)
    ]
    return any(fits)


def _use(code: OneTimeCode, now: datetime) -> None:
    code.used_at = now
    code.save(update_fields=["used_at"])
    ContactPoint.objects.filter(pk__in=code.point_ids).update(verified_at=now)


def _mark(address: str) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), f"code {address}".encode(), sha256).digest()[:16]


def _todays_batch(now: datetime, actor: Actor) -> int:
    """One batch a day, as for letters: each has a partition of its own."""
    day = now.astimezone(UTC).date()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('registry code day'))")
    known = CodeDay.objects.filter(day=day).first()
    if known:
        return known.batch_id
    batch = messaging.open_batch(
        lane=Lane.URGENT,
        not_after=datetime.combine(day + timedelta(days=1), time(), UTC) + terms.CODE_LASTS,
        exercise=False,
        texts=code_texts(),
        link_purpose="",
        link_expires_on=None,
        now=now,
        actor=actor,
    )
    return CodeDay.objects.create(day=day, batch_id=batch.pk).batch_id


# Everybody who gave the address gave the same one: one message, in the language of the first.
_MESSAGE: Final = """
SELECT %s::bigint, %s::bigint, NULL::smallint, point.channel, point.address,
       person.language, coalesce(stay.country_id, ''), 1::smallint
  FROM registry_contactpoint AS point
  JOIN registry_person AS person ON person.id = point.person_id
  LEFT JOIN LATERAL (SELECT country_id FROM registry_stay WHERE person_id = person.id
                      ORDER BY departed_on IS NULL DESC, stay_from DESC, id LIMIT 1) AS stay ON true
 WHERE point.id = ANY (%s::bigint[])
 ORDER BY point.id LIMIT 1
"""
