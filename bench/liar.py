"""A provider that lies: it takes every message and reports too early, twice, and the opposite.

``python -m bench.liar --out FILE`` prints its port and speaks our JSON form. Of every tenth
message it knows for certain that it failed, of the others that they arrived: the ``end`` of
the line it writes about each. What it reports is that end, twice, "buffered" before and after
and, of what arrived, "failed" as well: in any order, some before it has answered, some long
after, beside references that nobody gave out and those of ``--stranger``. It reports until it
is told yes; a line with ``quiet`` says that nothing is left.
"""

import argparse
import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final

import aiohttp
import orjson
import uvloop

from safeconduct.wires.messaging.engine.local_gateway import Gateway, Received

_AT_ONCE: Final = 200
_PAUSE_SECONDS: Final = 0.02
_LATEST_SECONDS: Final = 3.0
# So much of what it says, it says at once.
_AT_ONCE_SHARE: Final = 0.4
_FAILS_EVERY: Final = 10

type Lie = dict[str, str]


class Liar:
    """Whatever it has still to report, by the address it is reported to."""

    def __init__(self, out: Path, strangers: Sequence[str]) -> None:
        self._out = out.open("ab", buffering=0)
        self._strangers = strangers
        # Always the same lies: a run that fails can be run again.
        self._random = Random(6)
        self._waiting: defaultdict[str, list[Lie]] = defaultdict(list)
        self._planned = 0
        self._ends: dict[str, str] = {}
        self._is_quiet = True

    def hear(self, received: Received) -> None:
        """Take a message, and plan what to say of it."""
        arrives = len(self._ends) % _FAILS_EVERY != 0
        end = self._ends.setdefault(received.reference, "delivered" if arrives else "failed")
        self._write({"to": received.to, "reference": received.reference, "end": end})
        self._is_quiet = False
        for lie in self._lies(received.reference, end):
            self._plan(received.receipt_url, lie)

    def _plan(self, address: str, lie: Lie) -> None:
        if self._random.random() < _AT_ONCE_SHARE:
            self._waiting[address].append(lie)
            return
        self._planned += 1
        late = self._random.uniform(0, _LATEST_SECONDS)
        asyncio.get_running_loop().call_later(late, self._due, address, lie)

    def _due(self, address: str, lie: Lie) -> None:
        self._planned -= 1
        self._waiting[address].append(lie)

    def _lies(self, reference: str, end: str) -> Iterator[Lie]:
        for status in ("buffered", end, end, "buffered"):
            yield {"reference": reference, "status": status}
        if end == "delivered":
            yield {"reference": reference, "status": "failed"}
        batch, delivery, seal = reference.split(".")
        yield {"reference": f"{batch}.{int(delivery) + 1}.{seal}", "status": "delivered"}
        for stranger in self._strangers:
            yield {"reference": stranger, "status": end}

    async def report_forever(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                for address, waiting in list(self._waiting.items()):
                    await self._report_some(session, address, waiting)
                self._tell_if_quiet()
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _report_some(
        self, session: aiohttp.ClientSession, address: str, waiting: list[Lie]
    ) -> None:
        self._random.shuffle(waiting)
        some = waiting[:_AT_ONCE]
        if some and await _taken(session, address, some):
            # New ones join at the end while we wait: these are the first still.
            del waiting[: len(some)]

    def _tell_if_quiet(self) -> None:
        if not (self._is_quiet or self._planned or any(self._waiting.values())):
            self._is_quiet = True
            self._write({"quiet": True})

    def _write(self, line: dict[str, object]) -> None:
        self._out.write(orjson.dumps(line) + b"\n")


async def _taken(session: aiohttp.ClientSession, address: str, some: list[Lie]) -> bool:
    try:
        async with session.post(address, data=orjson.dumps(some)) as response:
            # 400 says that none of them is ours: to be told so is what was wanted.
            return response.status < 500
    except (aiohttp.ClientError, TimeoutError):
        return False


async def _serve(options: argparse.Namespace) -> None:
    liar = Liar(options.out, options.stranger)
    gateway = Gateway(delay_seconds=options.delay_ms / 1000, listener=liar.hear)
    server = await gateway.listen()
    print(server.sockets[0].getsockname()[1], flush=True)
    await liar.report_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--stranger", action="append", default=[], help="report this as well")
    uvloop.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
