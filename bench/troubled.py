"""The part of the faults that providers are to blame for: one is slow, and one lies.

A slow provider, beside one that does well, takes text messages and answers when nobody listens
any more. One that lies takes mails, and tells a real door too early, too late, twice and
against itself what became of them (:mod:`bench.liar`). A single sender serves both.
"""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection

from bench.intake import OURS, serving
from bench.sending import batch_of, forget, local_server, sender, server
from safeconduct.wires.messaging.engine.references import reference
from safeconduct.wires.messaging.terms import Channel, State

_MESSAGES: Final = 3000
_PATIENCE_SECONDS: Final = 55.0
# Longer than a sender listens.
_LATER_SECONDS: Final = 5.0
_ENDS: Final = {"delivered": State.DELIVERED, "failed": State.GAVE_UP}


@dataclass
class Trouble:
    """Two batches, and what each provider wrote down about what it took."""

    folder: Path
    texts: int
    mails: int
    # Mails once seen as delivered, and those of them that no longer were.
    delivered: set[int] = field(default_factory=set)
    undone: set[int] = field(default_factory=set)

    def heard(self, provider: str) -> list[dict[str, Any]]:
        path = self.folder / provider
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def is_over(self) -> bool:
        self._look()
        told = self.heard("liar")
        return bool(told) and "quiet" in told[-1] and not _unfinished(self.texts, self.mails)

    def _look(self) -> None:
        rows = _rows("id, state", self.mails)
        now = {number for number, state in rows if state == State.DELIVERED}
        self.undone |= self.delivered - now
        self.delivered |= now


def run() -> dict[str, int]:
    """Messages ``lost`` (also: that stand as what they are not), ``stranded``, ``repeated`` …"""
    with ExitStack() as until_the_end:
        folder = Path(until_the_end.enter_context(tempfile.TemporaryDirectory()))
        texts = batch_of(_MESSAGES, channel=Channel.SMS)
        until_the_end.callback(forget, texts)
        mails = batch_of(_MESSAGES, channel=Channel.EMAIL)
        until_the_end.callback(forget, mails)
        trouble = Trouble(folder, texts, mails)
        with _at_work(folder):
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while not trouble.is_over() and time.monotonic() < deadline:
                time.sleep(0.25)
        return _reckoned(trouble)


@contextmanager
def _at_work(folder: Path) -> Iterator[None]:
    later = 1000 * (settings.MESSAGING["PROVIDER_TIMEOUT_SECONDS"] + _LATER_SECONDS)
    with (
        local_server("local_gateway", "--delay-ms", "100", "--out", str(folder / "well")) as well,
        server("bench.slow", "--delay-ms", str(later), "--out", str(folder / "slow")) as slow,
        server("bench.liar", "--delay-ms", "50", "--out", str(folder / "liar")) as liar,
        serving(OURS, 1) as door,
    ):
        providers: dict[str, object] = {
            "well": _provider("sms", well),
            "slow": _provider("sms", slow),
            "liar": _provider("email", liar),
        }
        with sender(providers, SAFECONDUCT_ANSWER_URL=f"http://127.0.0.1:{door}"):
            yield


def _provider(channel: str, port: int) -> dict[str, object]:
    url = f"http://127.0.0.1:{port}/send"
    return {"kind": "http_json", "channel": channel, "url": url, "in_flight": 100}


def _reckoned(trouble: Trouble) -> dict[str, int]:
    ends = {
        line["reference"]: _ENDS[line["end"]] for line in trouble.heard("liar") if "end" in line
    }
    stands = {
        reference(trouble.mails, number): state
        for number, state in _rows("id, state", trouble.mails)
    }
    untrue = sum(ends.get(name) != state for name, state in stands.items())
    times = Counter(
        line["to"]
        for provider in ("slow", "well", "liar")
        for line in trouble.heard(provider)
        if "to" in line
    )
    flagged = {
        address
        for batch_id in (trouble.texts, trouble.mails)
        for address, twice in _rows("address, maybe_twice", batch_id)
        if twice
    }
    repeated = {address for address, number in times.items() if number > 1}
    unheard = 2 * _MESSAGES - len(times)
    return {
        "lost": unheard + max(untrue, len(trouble.undone)),
        "stranded": _unsent(trouble.texts, trouble.mails),
        "repeated": len(repeated),
        "unflagged": len(repeated - flagged),
        "sent": times.total(),
    }


def _unfinished(*batch_ids: int) -> int:
    question = "SELECT count(*) FROM messaging_receipt WHERE batch_id = ANY(%s)"
    return _unsent(*batch_ids) + int(_asked(question, list(batch_ids))[0][0])


def _unsent(*batch_ids: int) -> int:
    question = "SELECT count(*) FROM messaging_delivery WHERE batch_id = ANY(%s) AND state < 2"
    return int(_asked(question, list(batch_ids))[0][0])


def _rows(columns: str, batch_id: int) -> list[tuple[Any, ...]]:
    return _asked(f"SELECT {columns} FROM messaging_delivery WHERE batch_id = %s", batch_id)


def _asked(question: str, *values: int | list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())
