"""What Granian hands over by its own interface, and what it is handed back."""

import asyncio
from types import SimpleNamespace

import pytest

from safeconduct.wires.intake.engine.http import TooLargeError, TooSlowError
from safeconduct.wires.intake.engine.rsgi import RsgiDoor, _request
from safeconduct.wires.intake.terms import MAX_BODY
from tests.wires.intake.visitor import Memory, door


class Line:
    """A request's body in pieces, and the response it gets; None for a sender who hangs up."""

    def __init__(self, *pieces: bytes | None) -> None:
        self.pieces = pieces
        self.responses = []

    async def __call__(self) -> bytes:
        return b"".join([piece async for piece in self])

    async def __aiter__(self):
        for piece in self.pieces:
            if piece is None:
                raise RuntimeError("RSGI transport error")
            yield piece

    def response_bytes(self, *response) -> None:
        self.responses.append(response)


def head(path: str = "/", method: str = "POST", **headers: str) -> SimpleNamespace:
    return SimpleNamespace(
        method=method,
        path=path,
        query_string="id=7",
        client="[2001:db8::1]:4000",
        scheme="http",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def body(line: Line, **headers: str) -> bytes:
    return asyncio.run(_request(head(**headers), line).body())


def test_a_body_comes_whole_whether_or_not_its_length_is_announced():
    assert body(Line(b"answer", b"=1"), content_length="8") == b"answer=1"
    assert body(Line(b"answer", b"=1")) == b"answer=1"


def test_no_more_is_taken_than_is_allowed():
    with pytest.raises(TooLargeError):
        body(Line(), content_length=str(MAX_BODY + 1))
    with pytest.raises(TooLargeError):
        body(Line(b"x" * MAX_BODY, b"x", None))


def test_a_sender_who_hangs_up_has_said_nothing():
    with pytest.raises(TooSlowError):
        body(Line(b"answer", None))


def test_the_sender_is_named_without_port_and_brackets():
    assert _request(head(), Line()).sender == "2001:db8::1"


def test_another_app_answers_under_its_own_path(tmp_path):
    heard = {}

    async def other(scope, receive, send):
        heard.update(scope, body=b"")
        while True:
            message = await receive()
            heard["body"] += message["body"]
            if not message["more_body"]:
                break
        headers = [(b"content-length", b"4"), (b"x-kind", b"other")]
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": b"kept"})

    ours = RsgiDoor(door(Memory(), tmp_path, routes={"/receipts": other}))
    line = Line(b"one", b"two")
    asyncio.run(ours.__rsgi__(head("/receipts/json", accept="text/plain"), line))
    assert line.responses == [(202, [("x-kind", "other")], b"kept")]
    assert heard["body"] == b"onetwo"
    assert heard["client"] == ("2001:db8::1", 4000)
    assert heard["query_string"] == b"id=7"
    assert (b"accept", b"text/plain") in heard["headers"]
