"""Delivery receipts at their door: ours alone, kept before we say yes, and forward only."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import orjson
import psycopg
import pytest
from django.test import override_settings

from safeconduct.portals.citizen.door import _keeping
from safeconduct.wires.intake.engine.commit import AwayError
from safeconduct.wires.intake.engine.door import ledger_of
from safeconduct.wires.intake.engine.ledger import Ledger
from safeconduct.wires.messaging.engine import receipts
from safeconduct.wires.messaging.engine.connections import parameters
from safeconduct.wires.messaging.engine.folding import fold
from safeconduct.wires.messaging.engine.receipts import INTO, ReceiptsDoor
from safeconduct.wires.messaging.engine.references import reference
from safeconduct.wires.messaging.models import Receipt
from safeconduct.wires.messaging.terms import State
from tests import messages

type Asked = tuple[str, str, str, bytes]


class Book:
    """Keeps lines in a list, or refuses them."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []
        self.refuses = False

    async def keep(self, lines: bytes) -> bool:
        if not self.refuses:
            self.blocks.append(lines)
        return not self.refuses

    def receipts(self) -> list[tuple[int, int, str]]:
        """Delivery, state and provider of each."""
        fields = [line.split("\t") for line in b"".join(self.blocks).decode().splitlines()]
        return [(int(line[3]), int(line[4]), line[1]) for line in fields]


async def ask(door: ReceiptsDoor, asked: Asked) -> int:
    method, path, query, body = asked
    sent: list[Any] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
    await door(scope, receive, send)
    return int(sent[0]["status"])


def asked_of(book: Book, *asked: Asked) -> list[int]:
    async def ask_all() -> list[int]:
        return [await ask(ReceiptsDoor(book.keep), one) for one in asked]

    return asyncio.run(ask_all())


def kannel(number: int, status: int, *, batch_id: int = 7, provider: str = "k") -> Asked:
    said = f"provider={quote(provider)}&status={status}&id={quote(reference(batch_id, number))}"
    return "GET", "/receipts/kannel", said, b""


def as_json(said: object) -> Asked:
    return "POST", "/receipts/json", "provider=j", orjson.dumps(said)


def test_reports_are_kept_before_we_say_yes() -> None:
    book = Book()
    asked = [kannel(1, 1), kannel(2, 2), kannel(3, 16), kannel(4, 8)]
    asked.append(
        as_json(
            [
                {"reference": reference(7, 5), "status": "delivered"},
                {"reference": reference(7, 6), "status": "blocked"},
                {"reference": reference(7, 7), "status": "on its way"},
            ]
        )
    )
    assert asked_of(book, *asked) == [202] * 5
    assert book.receipts() == [
        (1, State.DELIVERED, "k"),
        (2, State.GAVE_UP, "k"),
        (3, State.REFUSED_BY_PROVIDER, "k"),
        (5, State.DELIVERED, "j"),
        (6, State.BLOCKED_BY_OPERATOR, "j"),
    ]


@pytest.mark.parametrize(
    "asked",
    [
        ("GET", "/receipts/kannel", "status=1&id=7.1.000000000000", b""),
        ("GET", "/receipts/kannel", "status=1", b""),
        as_json({"reference": "7.1", "status": "delivered"}),
        as_json(["delivered"]),
        ("POST", "/receipts/json", "", b"{"),
        ("POST", "/receipts/json", "", b'"' + b"x" * 1_000_001 + b'"'),
    ],
)
def test_nobody_else_can_report(asked: Asked) -> None:
    book = Book()
    assert asked_of(book, asked) == [400]
    assert not book.blocks


@pytest.mark.parametrize(("named", "value"), [("SECONDS", 0.01), ("HAND", 9)])
def test_whoever_begins_many_and_ends_none_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, named: str, value: float
) -> None:
    """Who is only slow is told to come again: a receipt that is refused is lost."""
    name = "_BODY_SECONDS" if named == "SECONDS" else "_MOST_IN_HAND"
    monkeypatch.setattr(receipts, name, value)
    door, sent = ReceiptsDoor(Book().keep), []
    scope = {"type": "http", "method": "POST", "path": "/receipts/json", "query_string": b""}
    pieces = iter([{"type": "http.request", "body": b"[" * 5, "more_body": True}] * 2)

    async def receive() -> dict[str, object]:
        if (piece := next(pieces, None)) is None:
            await asyncio.Event().wait()
        return piece or {}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(door(scope, receive, send))
    assert sent[0]["status"] == 503
    assert door._in_hand._all == 0


@pytest.mark.parametrize("behind", [False, True])
def test_strangers_who_dawdle_turn_no_provider_away(
    monkeypatch: pytest.MonkeyPatch, behind: bool
) -> None:
    """One network has its share of the room, and none beyond; also where a proxy is before us."""
    monkeypatch.setattr(receipts, "_OF_A_NETWORK", 1000)
    book = Book()
    body = as_json({"reference": reference(7, 1), "status": "delivered"})[3]

    async def arrive(door: ReceiptsDoor, client: str, end: asyncio.Event | None) -> int:
        sent: list[Any] = []
        pieces = iter([body, b""])

        async def receive() -> dict[str, object]:
            piece = next(pieces)
            if not piece and end is not None:
                await end.wait()
            return {"type": "http.request", "body": piece, "more_body": bool(piece)}

        async def send(message: Any) -> None:
            sent.append(message)

        way = {
            "client": ("10.0.0.1" if behind else client, 4000),
            "headers": [(b"x-forwarded-for", client.encode())] if behind else [],
        }
        scope = {"type": "http", "method": "POST", "path": "/receipts/json", "query_string": b""}
        await door(scope | way, receive, send)
        return int(sent[0]["status"])

    async def meet() -> tuple[list[int], int]:
        door = ReceiptsDoor(book.keep, proxies=[ip_network("10.0.0.0/8")])
        end = asyncio.Event()
        slow = [asyncio.create_task(arrive(door, "203.0.113.9", end)) for _ in range(65)]
        await asyncio.sleep(0)
        provider = await arrive(door, "198.51.100.1", None)
        end.set()
        return await asyncio.gather(*slow), provider

    strangers, provider = asyncio.run(meet())
    assert provider == 202
    assert strangers.count(503) == 65 - 1000 // len(body)


def test_a_stranger_in_a_list_spoils_none_of_the_others() -> None:
    book = Book()
    said = [{"reference": one, "status": "delivered"} for one in ("7.1.0", reference(7, 2))]
    assert asked_of(book, as_json(said)) == [202]
    assert book.receipts() == [(2, State.DELIVERED, "j")]


def test_a_long_list_is_kept_in_parts_a_journal_can_hold() -> None:
    book = Book()
    said = [{"reference": reference(7, n), "status": "failed"} for n in range(1000)] * 2
    assert asked_of(book, as_json(said)) == [202]
    assert len(book.receipts()) == 1000
    assert max(map(len, book.blocks)) < 60_000


def test_a_provider_is_called_what_we_call_it() -> None:
    book = Book()
    odd = [kannel(1, 1, provider=name) for name in ("sms-1_a", "a\tb", "ə", "x" * 99)]
    asked_of(book, *odd)
    assert [name for _, _, name in book.receipts()] == ["sms-1_a", "", "", "x" * 30]


@pytest.mark.parametrize("path", ["/receipts/", "/receipts/json"])
def test_other_ways_lead_nowhere(path: str) -> None:
    assert asked_of(Book(), ("GET", path, "", b"")) == [404]


def test_whoever_cannot_keep_it_says_so() -> None:
    book = Book()
    book.refuses = True
    assert asked_of(book, kannel(1, 1)) == [503]


# The same with the ledger the door really has.


@pytest.fixture
def _no_receipts(db: None) -> Any:
    """The ledger commits on connections of its own."""

    def empty() -> None:
        with psycopg.connect(**parameters(), autocommit=True) as cleaner:
            cleaner.execute("DELETE FROM messaging_receipt; DELETE FROM intake_replaymark")

    empty()
    yield
    empty()


def with_ledger(
    monkeypatch: pytest.MonkeyPatch, folder: Path, asked: Sequence[Asked], *, away: bool
) -> tuple[list[int], int, Ledger]:
    """The answers, and how many receipts the table had by the time PostgreSQL was back."""

    async def play() -> tuple[list[int], int, Ledger]:
        ledger = ledger_of(INTO, journal=folder)
        if away:
            for store in ledger._committing:
                monkeypatch.setattr(store, "copy", gone)
        await ledger.start()
        try:
            door = ReceiptsDoor(_keeping(ledger))
            said = list(await asyncio.gather(*(ask(door, one) for one in asked)))
            kept = ledger.journalled
            if away:
                await _replayed(ledger)
        finally:
            await ledger.stop()
        return said, kept, ledger

    async def gone(_lines: Sequence[bytes]) -> None:
        raise AwayError("switched off")

    with override_settings(INTAKE=settings_for(folder)):
        return asyncio.run(play())


async def _replayed(ledger: Ledger) -> None:
    """A busy machine may still be writing the last of them when the first are handed in."""
    for _ in range(100):
        await ledger.replay()
        if not ledger.journalled_bytes:
            return
        await asyncio.sleep(0.05)


def settings_for(folder: Path) -> dict[str, Any]:
    from django.conf import settings

    # A busy PostgreSQL is not one that is away.
    patient = {"REPLAY_SECONDS": 60.0, "DATABASE_TIMEOUT_SECONDS": 20.0}
    return settings.INTAKE | {"JOURNAL_DIR": folder} | patient


@pytest.mark.usefixtures("_no_receipts")
@pytest.mark.parametrize("away", [False, True])
def test_receipts_are_durable_with_postgresql_or_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, away: bool
) -> None:
    asked = [kannel(number, 1) for number in range(30)]
    said, journalled, ledger = with_ledger(monkeypatch, tmp_path, asked, away=away)
    assert said == [202] * 30
    assert bool(journalled) is away
    assert ledger.journalled_bytes == 0
    assert sorted(Receipt.objects.values_list("delivery_id", flat=True)) == list(range(30))


# A provider that lies: out of order, twice, later the opposite, about what is not there.


@pytest.mark.usefixtures("_no_receipts")
@pytest.mark.django_db
def test_whatever_a_provider_tells_states_only_move_forward() -> None:
    batch, other = messages.batch(), messages.batch()
    messages.fill(batch.pk, 40)
    messages.fill(other.pk, 3)
    ids = messages.rows(batch.pk, "id")
    # One may be handed over still, by our own books.
    for number in range(1, 40):
        messages.put(batch.pk, number, state=int(State.HANDED))
    reports = [kannel(one, status, batch_id=batch.pk) for one in ids[:30] for status in (8, 1, 2)]
    reports += [kannel(one, 1, batch_id=batch.pk) for one in ids[:30]]
    reports += [kannel(one, 2, batch_id=batch.pk) for one in ids[30:]]
    # Ids of another batch, of nothing and of a batch that is gone.
    reports += [kannel(ids[0], 2, batch_id=other.pk), kannel(10**12, 1, batch_id=batch.pk)]
    reports += [kannel(ids[0], 1, batch_id=10**9)]
    Random(7).shuffle(reports)
    delivered_by_now: set[int] = set()
    for some in (reports[:40], reports[40:90], reports[90:]):
        book = Book()
        assert set(asked_of(book, *some)) == {202}
        note(book)
        fold()
        states = dict(zip(ids, messages.rows(batch.pk, "state"), strict=True))
        delivered = {one for one, state in states.items() if state == State.DELIVERED}
        assert delivered >= delivered_by_now
        delivered_by_now = delivered
    assert delivered_by_now == set(ids[:30])
    assert {states[one] for one in ids[30:]} == {State.GAVE_UP}
    assert set(messages.rows(other.pk, "state")) == {State.WAITING}
    assert not Receipt.objects.exists()


def note(book: Book) -> None:
    for line in b"".join(book.blocks).decode().splitlines():
        received_at, provider, batch_id, delivery_id, state, failure = line.split("\t")
        Receipt.objects.create(
            received_at=received_at,
            provider=provider,
            batch_id=batch_id,
            delivery_id=delivery_id,
            state=state,
            failure=failure,
        )
