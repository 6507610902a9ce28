"""Providers against real servers on this machine: what arrives, and what each answer means."""

import asyncio
import email
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from email.policy import default

import pytest
from aiohttp import web
from aiosmtpd.smtp import Envelope

from safeconduct.wires.messaging.engine.local_gateway import Gateway, Received
from safeconduct.wires.messaging.engine.local_mail import Mailroom
from safeconduct.wires.messaging.engine.providers import configured
from safeconduct.wires.messaging.engine.providers.base import Answer, Parcel, Provider
from safeconduct.wires.messaging.engine.references import reference
from safeconduct.wires.messaging.terms import State

WRONG = "http {}: set up wrongly?"
TEXTS = {
    "az": "Zəlzələ! Gəncəyə qayıtmayın, ğ ç ş ı İ ö ü",
    "ru": "Землетрясение: выйдите наружу & ждите + 100 %",
    "ar": "زلزال: اخرجوا إلى مكان آمن",
    "en": "Earthquake {1} [go out] €\nsecond line",
    "emoji": "🚨 bomb",
}


def provider(kind: str, timeout: float = 2.0, **options: object) -> Provider:
    messaging = {
        "PROVIDER_TIMEOUT_SECONDS": timeout,
        "LEASE_SECONDS": 60,
        "RECEIPTS_URL": "http://127.0.0.1:8010/receipts",
        "PROVIDERS": {"p": {"kind": kind} | options},
    }
    return configured(messaging, mode="test")[0]


def parcel(body: str = "Zəlzələ", *, address: str = "+999100000001", number: int = 1) -> Parcel:
    return Parcel(reference(7, number), address, "Xəbərdarlıq: зəلزال", body, "az", exercise=False)


async def handed(to: Provider, *parcels: Parcel) -> list[Answer]:
    await to.open()
    try:
        return [await to.hand_over(one) for one in parcels]
    finally:
        await to.close()


@pytest.mark.parametrize("kind", ["http_json", "kannel"])
def test_every_script_arrives_intact_at_an_http_gateway(kind: str) -> None:
    heard: list[Received] = []

    async def sent() -> list[Answer]:
        server = await Gateway(listener=heard.append).listen()
        port = server.sockets[0].getsockname()[1]
        path = "cgi-bin/sendsms" if kind == "kannel" else "send"
        to = provider(kind, channel="sms", url=f"http://127.0.0.1:{port}/{path}", username="u")
        parcels = [parcel(text, number=n) for n, text in enumerate(TEXTS.values())]
        answers = await handed(to, *parcels)
        server.close()
        return answers

    answers = asyncio.run(sent())
    assert {answer.state for answer in answers} == {State.HANDED}
    assert [one.text for one in heard] == list(TEXTS.values())
    assert [one.reference for one in heard] == [reference(7, n) for n in range(len(TEXTS))]
    assert heard[0].receipt_url.startswith("http://127.0.0.1:8010/receipts/")
    assert {one.to for one in heard} == {"+999100000001"}


def test_every_script_arrives_intact_by_mail() -> None:
    heard: list[Envelope] = []

    async def sent() -> list[Answer]:
        server = await Mailroom(heard.append).listen()
        port = server.sockets[0].getsockname()[1]
        to = provider(
            "smtp",
            channel="email",
            host="127.0.0.1",
            port=port,
            **{"from": "alerts@mfa.example.invalid", "from_name": "Səfirlik"},
        )
        parcels = [
            parcel(text, address="ayan@example.invalid", number=n)
            for n, text in enumerate(TEXTS.values())
        ]
        answers = await handed(to, *parcels)
        server.close()
        return answers

    answers = asyncio.run(sent())
    assert {answer.state for answer in answers} == {State.HANDED}
    letters = [email.message_from_bytes(e.original_content, policy=default) for e in heard]
    assert [letter.get_content().replace("\r\n", "\n").rstrip("\n") for letter in letters] == list(
        TEXTS.values()
    )
    letter = letters[0]
    assert letter["subject"] == "Xəbərdarlıq: зəلزال"
    assert letter["from"].addresses[0].display_name == "Səfirlik"
    assert letter["message-id"] == f"<{reference(7, 0)}@mfa.example.invalid>"
    assert letter["auto-submitted"] == "auto-generated"
    assert letter["list-id"] == "<alerts.mfa.example.invalid>"
    assert letter["to"] == "ayan@example.invalid"
    assert not letter.defects
    assert heard[0].rcpt_tos == ["ayan@example.invalid"]


async def answered(
    status: int, body: str, headers: dict[str, str] | None = None, kind: str = "http_json"
) -> Answer:
    async def say(request: web.Request) -> web.Response:
        return web.Response(status=status, text=body, headers=headers)

    return await _with_server(say, kind)


async def _with_server(
    say: Callable[[web.Request], Awaitable[web.StreamResponse]],
    kind: str = "http_json",
    patience: float = 20.0,
) -> Answer:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", say)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    to = provider(kind, patience, channel="sms", url=f"http://127.0.0.1:{port}/send")
    try:
        return (await handed(to, parcel()))[0]
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, '{"id": "abc"}', Answer(State.HANDED, ref="abc")),
        (202, "fine", Answer(State.HANDED)),
        (200, '{"id": "abc", "error": null}', Answer(State.HANDED, ref="abc")),
        # Some say no in a yes; and a page for people is no gateway's word.
        (
            200,
            '{"error": "invalid_number"}',
            Answer(State.INVALID_ADDRESS, failure="invalid_number"),
        ),
        # An id says that it was taken, and some name an error that is none.
        (200, '{"id": "7", "error": "0"}', Answer(State.HANDED, ref="7")),
        (200, '{"id": "7", "error": "queue is long"}', Answer(State.HANDED, ref="7")),
        (200, '{"id": null, "error": " OK"}', Answer(State.HANDED)),
        (200, '{"error": "None"}', Answer(State.HANDED)),
        (200, '{"error": 7}', Answer(State.REFUSED_BY_PROVIDER, failure="http 200")),
        # What a gateway took, it took in whatever words: else it gets it again and again.
        (200, "<xml>OK</xml>", Answer(State.HANDED)),
        (
            200,
            "  <HTML lang=az>",
            Answer(State.WAITING, failure="a web page: set up wrongly?", unreachable=True),
        ),
        (200, '{"error": "no credit"}', Answer(State.REFUSED_BY_PROVIDER, failure="http 200")),
        (
            200,
            "\n<!doctype html><title>Maintenance</title>",
            Answer(State.WAITING, failure="a web page: set up wrongly?", unreachable=True),
        ),
        (
            400,
            '{"error": "invalid_number"}',
            Answer(State.INVALID_ADDRESS, failure="invalid_number"),
        ),
        (422, '{"error": "opted_out"}', Answer(State.BLOCKED_BY_OPERATOR, failure="opted_out")),
        (
            400,
            '{"error": ["+994501234567"]}',
            Answer(State.REFUSED_BY_PROVIDER, failure="http 400"),
        ),
        (401, "", Answer(State.WAITING, failure=WRONG.format(401), unreachable=True)),
        (302, "", Answer(State.WAITING, failure=WRONG.format(302), unreachable=True)),
        (403, "", Answer(State.WAITING, failure=WRONG.format(403), unreachable=True)),
        (403, '{"error": "blocked"}', Answer(State.BLOCKED_BY_OPERATOR, failure="blocked")),
        # What a wrong address in our own settings gives is no verdict on the message.
        (404, "", Answer(State.WAITING, failure=WRONG.format(404), unreachable=True)),
        (405, "", Answer(State.WAITING, failure=WRONG.format(405), unreachable=True)),
        (
            404,
            '{"error": "unknown_recipient"}',
            Answer(State.INVALID_ADDRESS, failure="unknown_recipient"),
        ),
        (500, "", Answer(State.WAITING, failure="http 500")),
        (504, "", Answer(State.WAITING, failure="http 504", maybe_twice=True)),
    ],
)
def test_each_answer_of_a_json_provider_has_a_meaning(
    status: int, body: str, expected: Answer
) -> None:
    assert asyncio.run(answered(status, body)) == expected


@pytest.mark.parametrize(("said", "wait"), [("7", 7.0), ("9" * 30, 86_400.0), ("-7", None)])
def test_a_provider_may_say_when_to_come_back_within_a_day(said, wait) -> None:
    answer = asyncio.run(answered(429, "", {"Retry-After": said}))
    assert answer == Answer(State.WAITING, failure="http 429", wait=wait, busy=True)


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (202, "0: Accepted for delivery", State.HANDED),
        (202, "3: Queued for later delivery", State.HANDED),
        (202, "No idea", State.WAITING),
        (400, "Malformed request", State.REFUSED_BY_PROVIDER),
        (403, "Authorization failed for sendsms", State.WAITING),
        (403, "Not routable. Do not try again.", State.REFUSED_BY_PROVIDER),
        (404, "Unknown request.", State.WAITING),
        (503, "Temporal failure, try again later.", State.WAITING),
    ],
)
def test_each_answer_of_kannel_has_a_meaning(status: int, body: str, state: State) -> None:
    assert asyncio.run(answered(status, body, kind="kannel")).state is state


@pytest.mark.parametrize("rest", [0.0, 0.8])
def test_an_answer_in_pieces_is_read_whole_and_its_status_stands(rest: float) -> None:
    async def dripping(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=400 if not rest else 200)
        await response.prepare(request)
        for piece in (b'{"error"', b': "invalid', b'_number"}'):
            await response.write(piece)
            await asyncio.sleep(rest or 0.02)
        return response

    answer = asyncio.run(_with_server(dripping, patience=0.3 if rest else 20.0))
    if rest:
        # It said yes before it fell silent: not to be sent again.
        assert answer.state is State.HANDED
    else:
        assert answer == Answer(State.INVALID_ADDRESS, failure="invalid_number")


def test_of_an_endless_answer_no_more_is_read_than_needed() -> None:
    async def flooding(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            for _ in range(100_000):
                await response.write(b"x" * 65_536)
        return response

    assert asyncio.run(_with_server(flooding)).state is State.HANDED


def test_silence_after_the_text_left_may_mean_twice() -> None:
    async def dumb(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.6)
        return web.Response()

    answer = asyncio.run(_with_server(dumb, patience=0.2))
    assert (answer.state, answer.maybe_twice, answer.unreachable) == (State.WAITING, True, False)


@pytest.mark.parametrize("kind", ["http_json", "kannel"])
def test_what_was_stopped_while_we_connected_is_not_sent(kind: str) -> None:
    heard: list[Received] = []
    asked: list[bool] = []

    async def sent() -> list[Answer]:
        server = await Gateway(listener=heard.append).listen()
        port = server.sockets[0].getsockname()[1]
        path = "cgi-bin/sendsms" if kind == "kannel" else "send"
        to = provider(kind, channel="sms", url=f"http://127.0.0.1:{port}/{path}", username="u")
        over = replace(parcel(number=1), is_over=lambda: asked.append(True) or True)
        answers = await handed(to, over, parcel(number=2), over)
        server.close()
        return answers

    answers = asyncio.run(sent())
    assert [answer.withheld for answer in answers] == [True, False, True]
    assert len(asked) == 2
    assert [one.reference for one in heard] == [reference(7, 2)]


@pytest.mark.parametrize("kind", ["http_json", "kannel"])
def test_a_lost_connection_is_not_repeated_behind_our_back(kind: str) -> None:
    asked = 0

    async def first_well_then_gone(request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        if asked > 1:
            request.transport.close()
        return web.Response(text="0: Accepted for delivery")

    async def twice() -> list[Answer]:
        runner = web.ServerRunner(web.Server(first_well_then_gone))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        to = provider(kind, channel="sms", url=f"http://127.0.0.1:{port}/send")
        try:
            return await handed(to, parcel(), parcel())
        finally:
            await runner.cleanup()

    first, second = asyncio.run(twice())
    assert first.state is State.HANDED
    assert (second.state, second.maybe_twice, asked) == (State.WAITING, True, 2)


def _nobody() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def test_nobody_there_costs_no_attempt() -> None:
    port = _nobody()
    http = provider("http_json", channel="sms", url=f"http://127.0.0.1:{port}/")
    mail = provider("smtp", channel="email", host="127.0.0.1", port=port)
    (by_http,) = asyncio.run(handed(http, parcel()))
    (by_mail,) = asyncio.run(handed(mail, parcel(address="a@example.invalid")))
    assert by_http.unreachable
    assert by_mail.unreachable


class _Refusing(Mailroom):
    def __init__(self, answer: str) -> None:
        super().__init__()
        self.answer = answer

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd calls it so
        self, server: object, session: object, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        return self.answer


@pytest.mark.parametrize(
    ("said", "state", "failure"),
    [
        ("550 5.1.1 No ayan@example.invalid here", State.INVALID_ADDRESS, "smtp 550 5.1.1"),
        ("550 No such user", State.INVALID_ADDRESS, "smtp 550"),
        ("550 5.7.1 Go away", State.REFUSED_BY_PROVIDER, "smtp 550 5.7.1"),
        ("452 4.2.2 Full", State.WAITING, "smtp 452 4.2.2"),
    ],
)
def test_each_refusal_of_a_mail_server_has_a_meaning(said: str, state: State, failure: str) -> None:
    async def sent() -> list[Answer]:
        server = await _Refusing(said).listen()
        port = server.sockets[0].getsockname()[1]
        to = provider("smtp", channel="email", host="127.0.0.1", port=port)
        answers = await handed(to, *[parcel(address="ayan@example.invalid")] * 2)
        server.close()
        return answers

    # The second goes over the same connection, which a refusal leaves in order.
    for answer in asyncio.run(sent()):
        assert (answer.state, answer.failure) == (state, failure)


@pytest.mark.parametrize(
    ("kind", "address"), [("sms", "12345"), ("sms", "a@example.org"), ("email", "+999123456789")]
)
def test_an_address_of_another_kind_never_leaves(kind: str, address: str) -> None:
    to = provider("http_json", channel=kind, url=f"http://127.0.0.1:{_nobody()}/")
    (answer,) = asyncio.run(handed(to, parcel(address=address)))
    assert answer.state is State.INVALID_ADDRESS
