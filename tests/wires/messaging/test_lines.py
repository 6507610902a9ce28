"""Several providers of one channel in one sender: who gets what, and what an officer may say."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
import pytest
from django.conf import settings

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging import queries
from safeconduct.wires.messaging.actions import TextDraft
from safeconduct.wires.messaging.engine import pressure
from safeconduct.wires.messaging.engine.local_gateway import Gateway, Received
from safeconduct.wires.messaging.engine.providers import configured
from safeconduct.wires.messaging.engine.routing import Course
from safeconduct.wires.messaging.engine.senders import Sender
from safeconduct.wires.messaging.models import ProviderHealth, ProviderOut, SenderIdentity
from safeconduct.wires.messaging.terms import Lane, Registration, State
from tests import messages
from tests.wires.messaging.test_senders import aside, run, tally

pytestmark = pytest.mark.django_db(transaction=True)
# About a hundredth of what is set in earnest.
QUICK = {
    "WINDOW_SECONDS": 0.2,
    "SLOW_SECONDS": 0.3,
    "OUT_SECONDS": 0.3,
    "STEP_SECONDS": 0.1,
    "CALM_SECONDS": 6.0,
    "PROBE_SECONDS": 1.8,
}
_SICK = b"HTTP/1.1 500 Sick\r\nContent-Length: 0\r\n\r\n"


class Stub(Gateway):
    """A gateway that can fall ill: answer 500, or take its time."""

    def __init__(self) -> None:
        super().__init__(listener=self.hear)
        self.heard: list[tuple[float, Received]] = []
        self.asked: list[float] = []
        self.names: Counter[str] = Counter()
        self.sick = False

    def hear(self, received: Received) -> None:
        self.heard.append((time.monotonic(), received))

    def take(self, target: bytes, body: bytes) -> bytes:
        self.asked.append(time.monotonic())
        if self.sick:
            return _SICK
        return super().take(target, body)

    def asked_since(self, moment: float) -> int:
        return sum(at >= moment for at in self.asked)


class Office:
    """A sender with a stub for each provider, in one loop."""

    def __init__(self, routing: dict[str, float] | None = None, **options: dict[str, Any]) -> None:
        self.options = options
        self.routing = routing or settings.MESSAGING["ROUTING"]
        self.stubs = {name: Stub() for name in options}

    async def __aenter__(self) -> "Office":
        self.servers = [await stub.listen() for stub in self.stubs.values()]
        ports = [server.sockets[0].getsockname()[1] for server in self.servers]
        common = {"kind": "http_json", "channel": "sms"}
        providers = {
            name: common | {"url": f"http://127.0.0.1:{port}/send"} | options
            for port, (name, options) in zip(ports, self.options.items(), strict=True)
        }
        messaging = settings.MESSAGING | {
            "PROVIDERS": providers,
            "IN_FLIGHT": 20,
            "LEASE_SECONDS": 20.0,
            "POLL_SECONDS": 0.05,
            "RETRY_SECONDS": [0.2] * 8,
            "ROUTING": self.routing,
        }
        self.sender = Sender(configured(messaging, mode="test"), messaging)
        self.running = asyncio.create_task(self.sender.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.sender.leave()
        await self.running
        for server in self.servers:
            server.close()

    async def until(self, come: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 120
        while not await aside(come):
            assert time.monotonic() < deadline, "It never came."
            assert not self.running.done(), self.running
            await asyncio.sleep(0.01)

    def line(self, name: str) -> Any:
        return next(line for line in self.sender.lines if line.provider.name == name)


def _fall_ill(stub: Stub, how: str) -> None:
    if how == "errors":
        stub.sick = True
    else:
        stub.delay_seconds = 0.8


@pytest.mark.parametrize("how", ["errors", "slowness"])
def test_traffic_leaves_a_provider_that_falls_ill_and_comes_back(how: str) -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 600)
    office = Office(QUICK, left={"per_second": 400}, right={"per_second": 400})
    left, right = office.stubs["left"], office.stubs["right"]

    async def sent() -> None:
        async with office:
            await office.until(lambda: min(len(left.heard), len(right.heard)) >= 20)
            _fall_ill(left, how)
            await office.until(lambda: office.line("left").course.is_out)
            out, before = time.monotonic(), len(right.heard)
            await office.until(lambda: len(right.heard) >= before + 150)
            # A call that had begun may still arrive; none begins, but to see whether it is well.
            begun, looks = 20, (time.monotonic() - out) / QUICK["OUT_SECONDS"]
            assert left.asked_since(out) <= begun + looks + 0.05 * right.asked_since(out)
            left.sick, left.delay_seconds = False, 0.0
            await office.until(lambda: office.line("left").course.share > 0)
            await office.until(lambda: tally(batch.pk) == {State.HANDED: 600})

    run(sent)
    assert len({received.to for _, received in left.heard + right.heard}) == 600
    # What it failed left through the other.
    attempts = messages.rows(batch.pk, "attempts")
    assert max(attempts) > 1 or how == "slowness"


def test_a_part_won_back_is_not_exceeded() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 400)
    for name in ("left", "right"):
        ProviderOut.objects.create(provider=name, since=batch.created_at)
    office = Office(left={}, right={})

    async def sent() -> None:
        async with office:
            await office.until(lambda: office.line("left").out_of_service)
            # As after a fall: a tenth of its half, and no step soon.
            office.line("left").course = Course(share=0.1, since=1e12)
            await aside(ProviderOut.objects.all().delete)
            await office.until(lambda: tally(batch.pk) == {State.HANDED: 400})

    run(sent)
    left, right = (len(stub.heard) for stub in office.stubs.values())
    assert left + right == 400
    assert 5 <= left <= 30


def test_weights_decide_whose_hand_is_looked_for_first() -> None:
    batch = messages.batch()
    office = Office(heavy={"weight": 3}, light={"weight": 1})

    async def sent() -> None:
        async with office:
            for number in range(16):
                await aside(partial(messages.fill, batch.pk, number + 1, first=number + 1))
                await office.until(lambda n=number: _heard(office) > n)

    run(sent)
    assert len(office.stubs["heavy"].heard) == 12


@pytest.mark.parametrize("others", ["well", "out"])
def test_a_retry_avoids_who_failed_it_where_another_is_well(others: str) -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 30)
    # Nothing would ever come to the second by its weight.
    office = Office(first={"weight": 1000}, second={"weight": 0.001})
    refused: set[str] = set()
    first = office.stubs["first"]
    take = first.take

    def moody(target: bytes, body: bytes) -> bytes:
        to = str(orjson.loads(body)["to"])
        if len(refused) < 2:
            refused.add(to)
            return _SICK
        return take(target, body)

    first.take = moody
    if others == "out":
        ProviderOut.objects.create(provider="second", since=clock.now())

    async def sent() -> None:
        async with office:
            await office.until(lambda: tally(batch.pk) == {State.HANDED: 30})

    run(sent)
    assert len(refused) == 2
    tried_again = office.stubs["second" if others == "well" else "first"].heard
    assert refused <= {received.to for _, received in tried_again}


def _heard(office: Office) -> int:
    return sum(len(stub.heard) for stub in office.stubs.values())


def test_a_provider_out_of_service_gets_nothing_from_the_first_message_on() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 60)
    ProviderOut.objects.create(provider="left", since=batch.created_at)
    office = Office(left={}, right={})

    async def sent() -> None:
        async with office:
            await office.until(lambda: tally(batch.pk) == {State.HANDED: 60})
            await aside(
                lambda: ProviderOut.objects.create(provider="right", since=batch.created_at)
            )
            await office.until(lambda: office.line("right").out_of_service)
            second = await aside(messages.batch)
            await aside(partial(messages.fill, second.pk, 5))
            await office.until(lambda: ProviderHealth.objects.count() == 2)
            assert len(office.stubs["right"].heard) == 60
            await aside(lambda: ProviderOut.objects.filter(provider="left").delete())
            await office.until(lambda: tally(second.pk) == {State.HANDED: 5})

    run(sent)
    assert (len(office.stubs["left"].heard), len(office.stubs["right"].heard)) == (5, 60)


def test_posts_take_turns_while_all_wait() -> None:
    text = [TextDraft("az", 1, "big")], [TextDraft("az", 1, "small")]
    big = messages.batch(texts=text[0], post_id=1)
    messages.fill(big.pk, 300)
    small = messages.batch(texts=text[1], post_id=2)
    messages.fill(small.pk, 20)
    office = Office(only={"per_second": 200})

    async def sent() -> None:
        async with office:
            await office.until(lambda: tally(small.pk) == {State.HANDED: 20})

    run(sent)
    texts = [received.text for _, received in office.stubs["only"].heard]
    last = max(number for number, text in enumerate(texts) if text == "small")
    # One of two, once both are known: not after three hundred.
    assert last < 80


def test_a_country_with_a_limit_holds_up_nobody_else() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 200, country="TR")
    messages.fill(batch.pk, 260, first=201, country="DE")
    limits = {"countries": {"TR": {"per_second": 20}}}
    office = Office(only=limits)

    async def sent() -> None:
        async with office:
            await office.until(lambda: _handed(batch.pk, "DE") == 60)
            turkish = _to_turkey(office)
            # Before its two hundred, which take ten seconds: none waited for them.
            assert turkish < 200
            await office.until(lambda: _to_turkey(office) > turkish + 5)

    run(sent)


def _handed(batch_id: int, country: str) -> int:
    return queries.batch_tally([batch_id]).messages(State.HANDED, country=country)


def _to_turkey(office: Office) -> int:
    return sum(int(r.to[4:]) <= 100000200 for _, r in office.stubs["only"].heard)


def test_a_limit_counts_parts_and_is_shared_by_senders() -> None:
    long = messages.batch(texts=[TextDraft("az", 1, "ə" * 200)])
    messages.fill(long.pk, 100)
    ProviderHealth.objects.create(
        provider="only", sender="elsewhere:1", channel=1, seen_at=long.created_at
    )
    office = Office(only={"per_second": 120})

    async def sent() -> None:
        async with office:
            await office.until(lambda: len(office.stubs["only"].heard) >= 15)

    run(sent)
    heard = [at for at, _ in office.stubs["only"].heard]
    # 120 parts for two senders, three parts a message: twenty a second.
    assert (len(heard) - 4) / (heard[-1] - heard[0]) <= 21


def test_the_name_known_in_a_country_is_sent_under() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 1, country="TR")
    messages.fill(batch.pk, 3, first=2, country="DE")
    for sender, state in (("MFA", Registration.REFUSED), ("44200", Registration.REGISTERED)):
        SenderIdentity.objects.create(provider="only", country="TR", sender=sender, state=state)
    office = Office(only={"kind": "kannel", "from": "Ministry"})
    targets: list[str] = []
    take = office.stubs["only"].take

    def noted(target: bytes, body: bytes) -> bytes:
        targets.append(target.decode())
        return take(target.replace(b"/send", b"/sendsms"), body)

    office.stubs["only"].take = noted  # type: ignore[method-assign]  # only here

    async def sent() -> None:
        async with office:
            await office.until(lambda: tally(batch.pk) == {State.HANDED: 3})

    run(sent)
    assert sorted(t.partition("&from=")[2].partition("&")[0] for t in targets) == [
        "44200",
        "Ministry",
        "Ministry",
    ]


def test_bulk_gives_way_to_answers_and_urgent_messages_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pressure.gauge, "age", 60.0)
    bulk = messages.batch(texts=[TextDraft("az", 1, "bulk")])
    messages.fill(bulk.pk, 300)
    office = Office(only={})

    async def sent() -> None:
        async with office:
            await office.until(lambda: len(office.stubs["only"].heard) >= 1)
            urgent = await aside(
                partial(messages.batch, lane=Lane.URGENT, texts=[TextDraft("az", 1, "urgent")])
            )
            await aside(partial(messages.fill, urgent.pk, 100))
            await office.until(lambda: tally(urgent.pk) == {State.HANDED: 100})
            assert State.WAITING in await aside(lambda: tally(bulk.pk))
            pressure.gauge.age = 0.0
            await office.until(lambda: tally(bulk.pk) == {State.HANDED: 300})

    run(sent)
