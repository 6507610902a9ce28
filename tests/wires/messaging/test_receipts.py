import asyncio
from urllib.parse import quote

import orjson
import pytest

from safeconduct.wires.messaging.engine import receipts
from safeconduct.wires.messaging.engine.references import reference
from safeconduct.wires.messaging.models import Receipt
from safeconduct.wires.messaging.terms import State

pytestmark = pytest.mark.django_db(transaction=True)


async def _ask(method: str, path: str, query: str = "", body: bytes = b"") -> int:
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
    await receipts.receipts_door(scope, receive, send)
    return sent[0]["status"]


async def _ask_all(*asked: tuple[str, str, str, bytes]) -> list[int]:
    try:
        return list(await asyncio.gather(*(_ask(*one) for one in asked)))
    finally:
        await receipts._writer()._wire.close()


def kannel(number: int, status: int) -> tuple[str, str, str, bytes]:
    query = f"provider=k&status={status}&id={quote(reference(7, number))}"
    return "GET", "/receipts/kannel", query, b""


def as_json(said: object) -> tuple[str, str, str, bytes]:
    return "POST", "/receipts/json", "provider=j", orjson.dumps(said)


def test_reports_are_durable_before_we_say_yes() -> None:
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
    assert asyncio.run(_ask_all(*asked)) == [202] * 5
    kept = Receipt.objects.order_by("delivery_id").values_list("delivery_id", "state", "provider")
    assert list(kept) == [
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
def test_nobody_else_can_report(asked: tuple[str, str, str, bytes]) -> None:
    assert asyncio.run(_ask_all(asked)) == [400]
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("path", ["/receipts/", "/receipts/json"])
def test_other_ways_lead_nowhere(path: str) -> None:
    assert asyncio.run(_ask_all(("GET", path, "", b""))) == [404]


def test_a_database_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "_PATIENCE_SECONDS", 0.05)

    async def nobody() -> None:
        await asyncio.sleep(60)

    async def asked() -> int:
        monkeypatch.setattr(receipts._writer()._wire, "connection", nobody)
        status = await _ask(*kannel(1, 1))
        receipts._writer()._task.cancel()
        return status

    assert asyncio.run(asked()) == 503
