"""A sender in this process, against a real gateway and a real database."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from django.conf import settings
from django.db import connection
from psycopg import AsyncConnection

from safeconduct.ground.kernel import clock, tokens
from safeconduct.wires.messaging import actions, queries
from safeconduct.wires.messaging.actions import TextDraft
from safeconduct.wires.messaging.engine.local_gateway import Gateway, Received
from safeconduct.wires.messaging.engine.providers import configured
from safeconduct.wires.messaging.engine.providers.base import Answer, Parcel
from safeconduct.wires.messaging.engine.providers.http_json import HttpJson
from safeconduct.wires.messaging.engine.senders import Sender
from safeconduct.wires.messaging.models import Batch
from safeconduct.wires.messaging.terms import Channel, Lane, State
from tests import messages

_thread = ThreadPoolExecutor(1)
pytestmark = pytest.mark.django_db(transaction=True)


def tally(batch_id: int) -> dict[State, int]:
    return queries.batch_tally([batch_id]).messages_by_state()


class Post:
    """A gateway, and a sender that uses it, in one loop; database calls go through a thread."""

    def __init__(self, *, delay: float = 0.0, **options: Any) -> None:
        self.heard: list[Received] = []
        self.gateway = Gateway(delay_seconds=delay, listener=self.heard.append)
        self.options = {"kind": "http_json", "channel": "sms"} | options
        self.port = 0
        self.retries: list[float] = []
        self.sender: Sender | None = None
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Post":
        server = await self.gateway.listen(self.port)
        self.server, self.port = server, server.sockets[0].getsockname()[1]
        await self.start()
        return self

    async def start(self) -> None:
        options = {"url": f"http://127.0.0.1:{self.port}/send"} | self.options
        messaging = settings.MESSAGING | {
            "PROVIDERS": {"gateway": options},
            "IN_FLIGHT": 20,
            "LEASE_SECONDS": 20.0,
            "POLL_SECONDS": 0.1,
            "RETRY_SECONDS": self.retries or settings.MESSAGING["RETRY_SECONDS"],
        }
        self.sender = Sender(configured(messaging, mode="test"), messaging)
        self._running = asyncio.create_task(self.sender.run())

    async def leave(self) -> None:
        self.sender.leave()
        await self._running

    async def __aexit__(self, *_: object) -> None:
        await self.leave()
        self.server.close()

    async def until(self, come: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 120
        while not await aside(come):
            assert time.monotonic() < deadline, "It never came."
            assert not self._running.done(), self._running
            await asyncio.sleep(0.02)


async def aside[T](work: Callable[[], T]) -> T:
    """Do something with the database in the thread kept for that."""
    return await asyncio.get_running_loop().run_in_executor(_thread, work)


def run(work: Callable[[], Any]) -> None:
    async def everything() -> None:
        try:
            await work()
        finally:
            await aside(lambda: connection.close())  # noqa: PLW0108 -- the connection of that thread

    asyncio.run(everything())


def test_each_person_is_written_to_once_in_their_language_with_their_link() -> None:
    texts = [TextDraft("az", 1, "Salam {link}"), TextDraft("ru", 1, "Привет {link}")]
    batch = messages.batch(texts=texts)
    messages.fill(batch.pk, 30)
    messages.fill(batch.pk, 50, first=31, language="uk")
    post = Post()

    async def sent() -> None:
        async with post:
            await post.until(lambda: tally(batch.pk) == {State.HANDED: 50})

    run(sent)
    assert len(post.heard) == 50
    assert len({one.to for one in post.heard}) == 50
    for one in post.heard:
        word, link = one.text.split(" ")
        spoken = tokens.read(link.rsplit("/", 1)[1], purpose="answer")
        assert one.to == f"+999{100000000 + spoken.subject_id}"
        assert word == ("Salam" if spoken.subject_id <= 30 else "Привет")
        assert spoken.language == ("az" if spoken.subject_id <= 30 else "ru")
    kept = messages.rows(batch.pk, "attempts, provider, maybe_twice, handed_at IS NOT NULL")
    assert kept == [(1, "gateway", False, True)] * 50
    assert all(messages.rows(batch.pk, "provider_ref"))


def test_a_sender_without_providers_waits_and_leaves() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 1)

    async def stayed() -> None:
        sender = Sender([], settings.MESSAGING | {"PROVIDERS": {}, "POLL_SECONDS": 0.1})
        running = asyncio.create_task(sender.run())
        await asyncio.sleep(0)
        sender.leave()
        await asyncio.wait_for(running, 20)

    run(stayed)
    assert tally(batch.pk) == {State.WAITING: 1}


@pytest.mark.parametrize("turns", [0, 1, 5, 40])
def test_a_sender_told_to_leave_at_once_leaves_no_connection_open(
    monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    made: list[AsyncConnection] = []
    connect = AsyncConnection.connect

    async def noting(*args: Any, **more: Any) -> AsyncConnection:
        made.append(await connect(*args, **more))
        return made[-1]

    monkeypatch.setattr(AsyncConnection, "connect", noting)

    async def stayed() -> None:
        sender = Sender([], settings.MESSAGING | {"PROVIDERS": {}, "POLL_SECONDS": 0.1})
        running = asyncio.create_task(sender.run())
        for _ in range(turns):
            await asyncio.sleep(0.002)
        sender.leave()
        await asyncio.wait_for(running, 20)

    run(stayed)
    assert all(one.closed for one in made)


def test_messages_that_come_later_wake_the_sender() -> None:
    post = Post()

    async def sent() -> None:
        async with post:
            for many in (1, 5, 60):
                batch = await aside(messages.batch)
                await aside(partial(messages.fill, batch.pk, many))
                await post.until(lambda b=batch, n=many: tally(b.pk) == {State.HANDED: n})

    run(sent)
    assert len(post.heard) == 66


def test_urgent_messages_overtake_bulk_that_waits() -> None:
    bulk = messages.batch(texts=[TextDraft("az", 1, "bulk")])
    messages.fill(bulk.pk, 400)
    post = Post(delay=0.05)

    async def sent() -> None:
        async with post:
            await post.until(lambda: len(post.heard) >= 20)
            urgent = await aside(
                partial(messages.batch, lane=Lane.URGENT, texts=[TextDraft("az", 1, "urgent")])
            )
            await aside(partial(messages.fill, urgent.pk, 10))
            await post.until(lambda: tally(urgent.pk) == {State.HANDED: 10})

    run(sent)
    after = [one.text for one in post.heard].index("urgent")
    last = max(number for number, one in enumerate(post.heard) if one.text == "urgent")
    # Twenty calls are under way when they come; hardly more bulk goes between.
    assert last - after < 60
    assert last < 400


def test_after_a_stop_no_more_leaves_and_what_was_held_ends_stopped() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 300)
    post = Post(delay=0.02, per_second=25)

    async def sent() -> None:
        async with post:
            await post.until(lambda: len(post.heard) >= 10)
            await aside(
                partial(
                    actions.stop_batch,
                    batch_id=batch.pk,
                    now=clock.now(),
                    actor=messages.TESTER,
                )
            )
            await post.until(
                lambda: not any(s == State.CLAIMED for s in messages.rows(batch.pk, "state"))
            )
            heard = len(post.heard)
            await asyncio.sleep(0.3)
            assert len(post.heard) == heard < 200

    run(sent)
    states = messages.rows(batch.pk, "state")
    assert states.count(State.HANDED) == len(post.heard)
    assert states.count(State.STOPPED) > 0


def test_what_is_withdrawn_while_a_sender_holds_it_does_not_leave() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 40)
    post = Post(delay=0.02, per_second=30)
    held: list[int] = []

    def withdraw() -> None:
        held[:] = [
            number
            for number, state in messages.rows(batch.pk, "id, state")
            if state == State.CLAIMED
        ]
        actions.withdraw_select(
            batch_id=batch.pk,
            select_sql="SELECT unnest(%s::bigint[])",
            params=[held],
            now=clock.now(),
            actor=messages.TESTER,
        )

    async def sent() -> None:
        async with post:
            await post.until(lambda: len(post.heard) >= 5)
            await aside(withdraw)
            await post.until(lambda: State.CLAIMED not in tally(batch.pk))
            await post.until(lambda: sum(tally(batch.pk).values()) == _ended(batch.pk))

    run(sent)
    states = messages.rows(batch.pk, "state")
    # Of those that were held only those left that were on their way already; how many these
    # were, the machine decides.
    assert len(held) > 10
    assert states.count(State.ANSWERED) > 0
    assert states.count(State.HANDED) == len(post.heard) == len({one.to for one in post.heard})
    assert tally(batch.pk) == {
        State.ANSWERED: states.count(State.ANSWERED),
        State.HANDED: states.count(State.HANDED),
    }


def _ended(batch_id: int) -> int:
    counted = tally(batch_id)
    return counted.get(State.ANSWERED, 0) + counted.get(State.HANDED, 0)


def test_nothing_leaves_at_or_after_the_expiry() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 20)
    Batch.objects.filter(pk=batch.pk).update(not_after=clock.now() - timedelta(seconds=1))
    post = Post()

    async def sent() -> None:
        async with post:
            await post.until(lambda: tally(batch.pk) == {State.EXPIRED: 20})

    run(sent)
    assert post.heard == []


@pytest.mark.parametrize("minutes", [20, -20])
def test_what_has_expired_is_for_the_database_to_say(minutes: int) -> None:
    alive, dead = messages.batch(lasts=timedelta(minutes=10)), messages.batch()
    Batch.objects.filter(pk=dead.pk).update(not_after=clock.now() - timedelta(seconds=1))
    for batch in (alive, dead):
        messages.fill(batch.pk, 5)
    post = Post()

    async def sent() -> None:
        async with post:
            await post.until(lambda: tally(alive.pk) == {State.HANDED: 5})

    # The clock on this machine's wall is wrong.
    with clock.stopped_at(clock.now() + timedelta(minutes=minutes)):
        run(sent)
    assert State.HANDED not in tally(dead.pk)


def test_a_provider_nobody_answers_at_is_left_alone_and_costs_no_attempts() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 40)
    post = Post()

    async def sent() -> None:
        async with post:
            await post.until(lambda: len(post.heard) == 40)
            await post.leave()
            post.server.close()
            second = await aside(messages.batch)
            await aside(partial(messages.fill, second.pk, 40))
            await post.start()
            await post.until(lambda: post.sender.lines[0].last_failed_at is not None)
            await asyncio.sleep(0.1)
            assert await aside(lambda: tally(second.pk)) == {State.WAITING: 40}
            post.server = await post.gateway.listen(post.port)
            await post.until(lambda: tally(second.pk) == {State.HANDED: 40})
            kept = await aside(lambda: messages.rows(second.pk, "attempts, maybe_twice"))
            assert kept == [(1, False)] * 40

    run(sent)
    assert len(post.heard) == 80


def test_a_provider_that_has_too_much_gets_less_and_loses_no_message() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 24)
    taken: deque[float] = deque()
    refused = 0

    async def few_a_moment(request: web.Request) -> web.Response:
        nonlocal refused
        now = time.monotonic()
        while taken and taken[0] < now - 0.1:
            taken.popleft()
        if len(taken) >= 6:
            refused += 1
            return web.Response(status=429, headers={"Retry-After": "0"})
        taken.append(now)
        return web.json_response({"id": "1"})

    async def sent() -> None:
        runner = web.ServerRunner(web.Server(few_a_moment))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        post = Post(url=f"http://127.0.0.1:{runner.addresses[0][1]}/")
        post.retries = [0.1, 0.2]
        async with post:
            await post.until(lambda: tally(batch.pk) == {State.HANDED: 24})
        await runner.cleanup()

    run(sent)
    # Twenty hands would have asked again and again; nobody's message was given up.
    assert refused < 60


def test_a_complaint_gives_no_message_up_that_our_own_wait_would_outlast() -> None:
    batch = messages.batch(lasts=timedelta(minutes=30))
    messages.fill(batch.pk, 2)

    async def too_much(_: web.Request) -> web.Response:
        return web.Response(status=429)

    def seen() -> list[tuple[int, int]]:
        return messages.rows(batch.pk, "attempts, state")

    async def sent() -> None:
        runner = web.ServerRunner(web.Server(too_much))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        post = Post(url=f"http://127.0.0.1:{runner.addresses[0][1]}/")
        # What is waited in the end, when a message has half an hour left.
        post.retries = [3600.0]
        async with post:
            await post.until(lambda: all(attempts for attempts, _ in seen()))
        await runner.cleanup()

    run(sent)
    assert seen() == [(1, State.WAITING)] * 2
    due = messages.rows(batch.pk, "extract(epoch FROM due_at - now())::int")
    assert all(10 * 60 < seconds < 16 * 60 for seconds in due)


def test_leaving_finishes_what_is_on_its_way_and_gives_the_rest_back() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 200)
    post = Post(delay=0.1)

    async def sent() -> None:
        async with post:
            await post.until(lambda: len(post.heard) >= 20)

    run(sent)
    states = messages.rows(batch.pk, "state")
    assert states.count(State.HANDED) == len(post.heard)
    assert states.count(State.WAITING) == 200 - len(post.heard) > 0
    assert not any(messages.rows(batch.pk, "maybe_twice"))


def test_no_more_leave_in_a_second_than_agreed() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 100)
    post = Post(per_second=40)

    async def sent() -> None:
        async with post:
            await post.until(lambda: len(post.heard) >= 5)
            began, before = time.monotonic(), len(post.heard)
            await asyncio.sleep(0.5)
            taken = time.monotonic() - began
            assert len(post.heard) - before <= 40 * taken + 6

    run(sent)


def test_a_text_that_is_missing_is_a_named_end() -> None:
    batch = messages.batch(texts=[TextDraft("az", Channel.EMAIL, "yalnız poçt")])
    messages.fill(batch.pk, 2)
    post = Post()

    async def sent() -> None:
        async with post:
            await post.until(lambda: tally(batch.pk) == {State.GAVE_UP: 2})

    run(sent)
    assert set(messages.rows(batch.pk, "failure")) == {"no text for this channel"}


def test_a_message_that_breaks_something_ends_alone_and_not_the_sender(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 3)
    messages.put(batch.pk, 1, post_id=2000)
    hand_over, broken = HttpJson.hand_over, set()

    async def breaks_once(self: HttpJson, parcel: Parcel) -> Answer:
        if parcel.address.endswith("2") and parcel.address not in broken:
            broken.add(parcel.address)
            raise KeyError(parcel.address)
        return await hand_over(self, parcel)

    monkeypatch.setattr(HttpJson, "hand_over", breaks_once)
    post = Post()

    async def sent() -> None:
        async with post:
            await post.until(lambda: tally(batch.pk) == {State.GAVE_UP: 1, State.HANDED: 2})

    run(sent)
    kept = messages.rows(batch.pk, "state, attempts, maybe_twice")
    assert kept == [(State.GAVE_UP, 1, False), (State.HANDED, 2, True), (State.HANDED, 1, False)]
    assert messages.rows(batch.pk, "failure")[0] == "a link that cannot name this person"
    assert "KeyError" in caplog.text
    assert broken.pop() not in caplog.text


def test_the_board_learns_how_a_provider_does(settings: Any) -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 5)
    post = Post()
    names = {"gateway": {"kind": "http_json", "channel": "sms", "url": "http://127.0.0.1:1/"}}
    settings.MESSAGING = settings.MESSAGING | {"PROVIDERS": names}
    (unseen,) = queries.provider_health(clock.now())
    assert unseen.lagging

    async def sent() -> None:
        async with post:
            await post.until(lambda: len(post.heard) == 5)
            await post.until(lambda: queries.provider_health(clock.now())[0].handed == 5)

    run(sent)
    (seen,) = queries.provider_health(clock.now())
    assert (seen.lagging, seen.failed, seen.channel) == (False, 0, Channel.SMS)
    (gone,) = queries.provider_health(clock.now() + timedelta(minutes=1))
    assert gone.lagging
