"""Durable before it says yes: each way PostgreSQL can fail, and that nothing is lost on it."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from safeconduct.wires.intake.engine import ledger as ledgers
from safeconduct.wires.intake.engine.commit import AwayError, Store, copy_line
from safeconduct.wires.intake.engine.journal import Journal, Sealed, journalled_bytes
from safeconduct.wires.intake.engine.ledger import Ledger, NotKeptError
from safeconduct.wires.intake.models import Pulse, RawAnswer, ReplayMark
from safeconduct.wires.intake.queries import door_state

NOW = datetime(2026, 2, 6, 4, 17, tzinfo=UTC)


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tables(db):
    """The door commits on connections of its own; emptying three tables beats flushing all."""
    _emptied()
    yield
    _emptied()


def _emptied():
    with psycopg.connect(_conninfo(), autocommit=True) as cleaner:
        # A door that is stopped hangs up on what it asked last; the server may still do it.
        cleaner.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'safeconduct intake' AND datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        for model in (RawAnswer, ReplayMark, Pulse):
            cleaner.execute(f"DELETE FROM {model._meta.db_table}")


def line(key=None, **more):
    fields = {"received_at": NOW, "stated_at": NOW, "channel": 1, "asked_id": 7, "answer": 1}
    return copy_line(key=key or uuid4().hex, **(fields | more))


class Away:
    """A server that is switched off, and on again by the test."""

    def __init__(self) -> None:
        self.store = Store(timeout=5.0)
        self.error: Exception | None = AwayError("switched off")
        self.commits_first = False

    def __getattr__(self, name):
        async def called(*args, **kwargs):
            if self.error and not self.commits_first:
                raise self.error
            result = await getattr(self.store, name)(*args, **kwargs)
            if self.error:
                raise self.error
            return result

        return called

    async def close(self):
        await self.store.close()


def ledger_of(folder, *stores):
    return Ledger(
        stores=stores or [Store(timeout=5.0) for _ in range(3)],
        journal=Journal(folder),
        group_seconds=0.0,
        replay_seconds=0.01,
    )


async def keeping(ledger, *lines):
    await ledger.start()
    try:
        return await asyncio.gather(*map(ledger.keep, lines), return_exceptions=True)
    finally:
        await ledger.stop()


async def replayed(folder, *stores):
    store = stores[0] if stores else Store(timeout=5.0)
    try:
        await ledger_of(folder, store, store).replay()
    finally:
        await store.close()


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 -- what is awaited happens in PostgreSQL
            await asyncio.sleep(0.01)


def keys():
    return sorted(RawAnswer.objects.values_list("key", flat=True), key=str)


def test_answers_are_in_the_table_once_they_are_acknowledged(tmp_path):
    outcome = asyncio.run(keeping(ledger_of(tmp_path), *(line() for _ in range(50))))
    assert outcome == [None] * 50
    assert RawAnswer.objects.count() == 50
    assert journalled_bytes(tmp_path) == 0


def test_whatever_a_text_holds_arrives_as_it_was(tmp_path):
    text = 'Kömək! \\N \\. \t tab\nnew line\r"; DROP\x00 Помогите \ue000 مساعدة'
    sms = line(channel=2, asked_id=None, answer=None, sender="+99450\\", text=text, others=[])
    listed = line(scope=2, others=[7, 9])
    asyncio.run(keeping(ledger_of(tmp_path), sms, listed))
    first, second = RawAnswer.objects.order_by("-channel")
    assert first.text == text.replace("\x00", "")
    assert (first.sender, first.asked_id, first.others) == ("+99450\\", None, None)
    assert (second.scope, second.others) == (2, [7, 9])


def test_while_postgresql_is_away_answers_are_journalled_and_replayed_once(tmp_path):
    async def outage():
        away = Away()
        ledger = ledger_of(tmp_path, away, away, away)
        await ledger.start()
        await asyncio.gather(*(ledger.keep(line()) for _ in range(30)))
        assert ledger.is_away
        assert ledger.works
        assert ledger.journalled_bytes > 0
        away.error = None
        await until(lambda: not ledger.is_away and not ledger.journalled_bytes)
        await ledger.keep(line())
        await ledger.stop()

    asyncio.run(outage())
    assert len(set(keys())) == RawAnswer.objects.count() == 31
    assert not list(tmp_path.glob("*"))
    assert not ReplayMark.objects.exists()


def test_a_commit_of_unknown_outcome_is_journalled_too(tmp_path):
    async def outage():
        torn = Away()
        torn.commits_first = True
        ledger = ledger_of(tmp_path, torn, torn, Store(timeout=5.0))
        await keeping(ledger, line())
        await replayed(tmp_path)

    asyncio.run(outage())
    # Twice in the table under one key: the drain takes it as one.
    assert RawAnswer.objects.count() == 2
    assert len(set(keys())) == 1


def test_a_replay_cut_short_before_its_file_is_removed_repeats_nothing(tmp_path, monkeypatch):
    journal = Journal(tmp_path)
    journal.append([line() for _ in range(5)])
    journal.seal()

    async def cut_short():
        with monkeypatch.context() as patch:
            patch.setattr(ledgers.Sealed, "remove", _die)
            with pytest.raises(RuntimeError, match="killed"):
                await replayed(tmp_path)
        assert await _count() == 5
        await replayed(tmp_path)

    asyncio.run(cut_short())
    assert RawAnswer.objects.count() == 5
    assert not list(tmp_path.iterdir())


def test_a_replay_interrupted_half_way_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(ledgers, "_REPLAY_CHUNK", 2)
    journal = Journal(tmp_path)
    journal.append([line() for _ in range(5)])
    journal.seal()

    async def interrupted():
        store = Store(timeout=5.0)
        replay, calls = store.replay, []

        async def once(*args, **kwargs):
            if calls:
                raise AwayError
            calls.append(1)
            await replay(*args, **kwargs)

        store.replay = once
        with pytest.raises(AwayError):
            await replayed(tmp_path, store)
        assert await _count() == 2
        await replayed(tmp_path)

    asyncio.run(interrupted())
    assert len(set(keys())) == RawAnswer.objects.count() == 5


@pytest.mark.parametrize("fault", ["too long", "breaks a rule of the table"])
def test_an_answer_postgresql_will_not_take_holds_up_no_other(tmp_path, fault):
    poison = line(sender="+" + "9" * 300)
    if fault != "too long":
        poison = line().replace(str(NOW.isoformat()).encode(), b"\\N", 1)

    async def poisoned():
        outcome = await keeping(ledger_of(tmp_path), line(), poison, line())
        assert outcome == [None] * 3
        await replayed(tmp_path)

    asyncio.run(poisoned())
    assert RawAnswer.objects.count() == 2
    assert [path.suffix for path in tmp_path.iterdir()] == [".damaged"]


def test_a_file_that_cannot_be_read_or_is_none_of_ours_holds_up_no_other(tmp_path, monkeypatch):
    broken, whole = Journal(tmp_path), Journal(tmp_path)
    for journal in (broken, whole):
        journal.append([line()])
    bad = broken._path
    broken.seal()
    whole.seal()
    # Somebody's copy, made before they looked closer.
    (tmp_path / "copy of yesterday.journal").write_bytes(bad.read_bytes())
    records = Sealed.records

    def unreadable(sealed, after=0):
        if sealed.path == bad:
            raise OSError(5, "Input/output error")
        return records(sealed, after)

    monkeypatch.setattr(Sealed, "records", unreadable)
    asyncio.run(replayed(tmp_path))
    assert RawAnswer.objects.count() == 1
    monkeypatch.undo()
    asyncio.run(replayed(tmp_path))
    assert RawAnswer.objects.count() == 2
    assert [path.name for path in tmp_path.iterdir()] == ["copy of yesterday.journal"]


@pytest.fixture
def made(monkeypatch):
    """Every connection that is made meanwhile."""
    known = []
    connect = psycopg.AsyncConnection.connect

    async def noting(*args, **kwargs):
        known.append(await connect(*args, **kwargs))
        return known[-1]

    monkeypatch.setattr(psycopg.AsyncConnection, "connect", noting)
    return known


def test_two_who_use_a_store_at_once_make_one_connection(made):
    async def both():
        store = Store(timeout=5.0)
        await asyncio.gather(store.greet(), store.greet(), return_exceptions=True)
        await store.close()

    asyncio.run(both())
    assert [connection.closed for connection in made] == [True]


@pytest.mark.parametrize("how", ["too slow", "cut off"])
def test_work_that_is_given_up_leaves_no_connection_open(made, how):
    async def given_up():
        store = Store(timeout=0.2 if how == "too slow" else 30.0)
        asking = asyncio.create_task(store._in_time(store._fetch("SELECT 1 FROM pg_sleep(30)")))
        await until(lambda: made)
        await asyncio.sleep(0.05)
        if how == "cut off":
            asking.cancel()
        with pytest.raises((AwayError, asyncio.CancelledError)):
            await asking
        await store.close()
        assert not store._given_up
        assert made[0].closed

    asyncio.run(given_up())


def test_a_line_the_other_side_has_left_is_closed_too(made, monkeypatch):
    """Shutting it fails then; the copy made for that stayed open."""
    copies = []

    async def left():
        store = Store(timeout=5.0)
        await store.greet()
        task = asyncio.create_task(asyncio.sleep(0))
        shut = socket.socket.shutdown

        def refused(copy, how):
            copies.append(copy)
            shut(copy, how)
            raise OSError(107, "Transport endpoint is not connected")

        monkeypatch.setattr(socket.socket, "shutdown", refused)
        store._hang_up(task)
        await store.close()

    asyncio.run(left())
    assert [copy.fileno() for copy in copies] == [-1]
    assert made[0].closed


def test_if_neither_will_have_it_nobody_is_told_yes(tmp_path):
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    away = Away()
    ledger = ledger_of(blocked, away, away, away)
    outcome = asyncio.run(keeping(ledger, line()))
    assert isinstance(outcome[0], NotKeptError)
    assert not ledger.works


def test_too_many_waiting_are_told_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(ledgers, "MAX_WAITING", 3)
    outcome = asyncio.run(keeping(ledger_of(tmp_path), *(line() for _ in range(5))))
    assert sum(isinstance(each, NotKeptError) for each in outcome) == 2
    assert RawAnswer.objects.count() == 3


def test_a_sender_who_hangs_up_has_still_answered(tmp_path):
    async def impatient():
        ledger = ledger_of(tmp_path)
        await ledger.start()
        sender = asyncio.create_task(ledger.keep(line()))
        await asyncio.sleep(0)
        sender.cancel()
        await ledger.keep(line())
        await ledger.stop()

    asyncio.run(impatient())
    assert RawAnswer.objects.count() == 2


def test_a_server_that_freezes_is_not_waited_for(tmp_path):
    """A lock nobody releases stands for it: the connection lives, the answer does not come."""

    async def frozen():
        blocker = await psycopg.AsyncConnection.connect(_conninfo())
        async with blocker:
            await blocker.execute("LOCK TABLE intake_rawanswer")
            stores = [Store(timeout=0.1), Store(timeout=0.1), Away()]
            outcome = await keeping(ledger_of(tmp_path, *stores), line())
            await blocker.rollback()
        await replayed(tmp_path)
        return outcome

    assert asyncio.run(frozen()) == [None]
    assert RawAnswer.objects.count() == 1


def test_the_board_hears_of_each_door(tmp_path):
    assert door_state(now=NOW).lags()

    async def until_heard_of():
        beating = asyncio.Event()
        store = Store(timeout=5.0)
        pulse = store.pulse

        async def pulsed(**what):
            await pulse(**what)
            beating.set()

        store.pulse = pulsed
        ledger = ledger_of(tmp_path, Store(timeout=5.0), store)
        await ledger.start()
        await beating.wait()
        await ledger.stop()

    asyncio.run(until_heard_of())
    seen = Pulse.objects.get().seen_at
    assert door_state(now=seen).alive == 1
    assert not door_state(now=seen).lags()


def test_doors_that_are_long_gone_are_forgotten():
    gone, resting, beating = uuid4(), uuid4(), uuid4()
    day, hour = timedelta(days=1), timedelta(hours=1)

    async def beat():
        store = Store(timeout=5.0)
        for door, now in ((gone, NOW - day - hour), (beating, NOW - day - hour)):
            await store.pulse(door=door, now=now, journalled=9)
        await store.pulse(door=resting, now=NOW - day + hour, journalled=0)
        await store.pulse(door=beating, now=NOW, journalled=0)
        await store.close()

    asyncio.run(beat())
    assert set(Pulse.objects.values_list("door", flat=True)) == {resting, beating}


def test_acknowledged_means_flushed_even_where_the_server_is_set_otherwise():
    async def setting():
        store = Store(timeout=5.0)
        connected = await store._connected()
        row = await (await connected.execute("SHOW synchronous_commit")).fetchone()
        await store.close()
        return row[0]

    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with psycopg.connect(_conninfo(), autocommit=True) as operator:
        operator.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        try:
            assert asyncio.run(setting()) == "on"
        finally:
            operator.execute(f"ALTER DATABASE {name} RESET synchronous_commit")


async def _count():
    async with await psycopg.AsyncConnection.connect(_conninfo()) as reader:
        found = await reader.execute("SELECT count(*) FROM intake_rawanswer")
        return (await found.fetchone())[0]


def _conninfo():
    from safeconduct.wires.intake.engine.commit import conninfo_of_settings

    assert settings.DATABASES["default"]["NAME"].startswith("test_")
    return conninfo_of_settings()


def _die(sealed):
    raise RuntimeError("killed")
