"""Answers sent by our pages' worker, which may live under another name than the door."""

from typing import Any

import pytest

from tests.wires.intake.visitor import Memory, Visitor, door

PAGES = "https://pages.example"
FORM = b"answer=1&key=0b52b6f66f0c4b8e9c570f6f2d1f8a11&waited=5"
KIND = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("origin", "readable"), [(PAGES, True), ("https://evil.example", False), ("", False)]
)
def test_only_our_own_pages_may_read_what_became_of_an_answer(
    tmp_path: Any, settings: Any, origin: str, readable: bool
) -> None:
    settings.PUBLIC_URL = PAGES
    ledger = Memory()
    visitor = Visitor(door(ledger, tmp_path))
    reply = visitor.ask("POST", visitor.path, FORM, kind=KIND, headers={"origin": origin})
    assert reply.status == 200
    assert len(ledger.lines) == 1
    assert (reply.headers.get("access-control-allow-origin") == PAGES) is readable
    ledger.refuses = True
    reply = visitor.ask("POST", visitor.path, FORM, kind=KIND, headers={"origin": origin})
    assert reply.status == 503
    assert ("access-control-allow-origin" in reply.headers) is readable
