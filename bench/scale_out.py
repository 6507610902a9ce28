"""Three machines do the work of three, and one of them may go: scale-out, and an outage in it.

Each host is a network namespace (``bench.hosts``) with a sender and a door of its own. They
share one PostgreSQL over TCP on the bridge, with a password. A sender gives its provider
at most so many messages a second, its own token bucket (``per_process``). Then one host is
cut off and one loses its power in the middle of a batch, while phones answer at the others.

The fault tests run the same small, with the short leases of the test settings.
"""

import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench import BenchOptions, entry
from bench.hosts import Host, Hosts, permitted, until
from bench.sending import batch_of, local_server
from bench.storm import Storm
from config import env
from config.postgres import Server, running
from safeconduct.cli.family import Family
from safeconduct.wires.messaging.terms import Channel, State

_HOSTS: Final = 3
_PER_SECOND: Final = 300
_SECONDS: Final = 8.0
_IN_FLIGHT: Final = 60
_AGENT, _DOOR = 8020, 8010
# One part of a text message: what operators, and so the buckets, count.
_TEXT: Final = "Earthquake. Answer: {link} or 1 safe, 2 help, 3 not there"


def run(options: BenchOptions) -> dict[str, object]:
    """How many times one host's rate three reach, and what an outage cost."""
    if not permitted():
        raise PermissionError("Network namespaces may not be made here: run as root.")
    return prove(_PER_SECOND, options.seconds or _SECONDS)


def prove(per_second: int, seconds: float) -> dict[str, object]:
    """Rates of one and of three hosts, then the outage."""
    with _world(per_second) as world:
        number = int(per_second * seconds)
        world.start(world.hosts.all[0])
        one = world.rate(number)
        for host in world.hosts.all[1:]:
            world.start(host)
        three = world.rate(number * _HOSTS)
        cost = _outage(world, number * _HOSTS, seconds / 3)
    rates = {"one": round(one), "three": round(three), "per_second": per_second}
    return entry(round(three / one, 2), "times one", hosts=_HOSTS) | rates | cost


@dataclass
class World:
    """The hosts, what they share, and what the provider got."""

    hosts: Hosts
    database_url: str
    gateway: int
    heard: Path
    per_second: int

    def start(self, host: Host) -> None:
        """A forwarder to the provider, a sender and a door, all ready."""
        agent = ("127.0.0.1", str(_AGENT), self.hosts.address, str(self.gateway))
        host.start("agent", "-m", "bench.forward", *agent)
        provider = {
            "kind": "http_json",
            "channel": "sms",
            "url": f"http://127.0.0.1:{_AGENT}/send",
            "per_second": self.per_second,
            "per_process": True,
            "in_flight": _IN_FLIGHT,
        }
        surroundings = {
            "DATABASE_URL": self.database_url,
            "SAFECONDUCT_PROVIDERS": json.dumps({"gateway": provider}),
            "TMPDIR": str(host.home),
        }
        command = ("-m", "safeconduct.cli")
        host.start("sender", *command, "sender", surroundings=surroundings)
        door = ("intake", "--host", host.address, "--port", str(_DOOR))
        host.start("intake", *command, *door, surroundings=surroundings)
        before = self.senders()
        until(lambda: self.senders() > before, 90, f"a sender on {host.name}")

    def senders(self) -> int:
        seen = "SELECT count(DISTINCT sender) FROM messaging_providerhealth"
        return int(_rows(f"{seen} WHERE seen_at > now() - interval '5 s'")[0][0])

    def rate(self, number: int) -> float:
        """Messages a second by the provider's yes, of a batch that waited for nobody."""
        batch_id = batch_of(number, channel=Channel.SMS, text=_TEXT)
        until(lambda: _handed(batch_id) >= number, 120, f"{number} messages")
        question = "SELECT min(handed_at), max(handed_at) FROM messaging_delivery"
        first, last = _rows(f"{question} WHERE batch_id = %s", batch_id)[0]
        return number / float((last - first).total_seconds())


def _outage(world: World, number: int, after: float) -> dict[str, object]:
    """One host is cut off and mended, one killed for good, while phones answer at two."""
    first, cut, killed = world.hosts.all
    already = len(world.heard.read_text().splitlines())
    storms = [Storm(_DOOR, [1, 2, 3], phones=2, host=host.address) for host in (first, cut)]
    lasts = 3 * after + settings.MESSAGING["LEASE_SECONDS"] / 5
    raging = Thread(target=asyncio.run, args=[_rage(storms, lasts)])
    raging.start()
    batch_id = batch_of(number, channel=Channel.SMS, text=_TEXT)
    time.sleep(after)
    cut.cut()
    killed.kill()
    time.sleep(lasts - 2 * after)
    cut.mend()
    raging.join()
    patience = settings.MESSAGING["LEASE_SECONDS"] * 2 + number / world.per_second + 30
    stranded = _settled(batch_id, patience)
    told = world.heard.read_text().splitlines()[already:]
    answered = set().union(*(storm.received for storm in storms))
    heard = [json.loads(line)["to"] for line in told]
    return _reckoned(batch_id, heard, answered) | {"stranded": stranded}


async def _rage(storms: list[Storm], seconds: float) -> None:
    await asyncio.gather(*(storm.rage(seconds) for storm in storms))


def _settled(batch_id: int, patience: float) -> int:
    """Messages still in no named state when patience ends; usually none, and sooner."""
    end = time.monotonic() + patience
    while (left := _open(batch_id)) and time.monotonic() < end:
        time.sleep(0.2)
    return left


def _reckoned(batch_id: int, heard: list[str], answered: set[Any]) -> dict[str, object]:
    rows = _rows(
        "SELECT address, maybe_twice FROM messaging_delivery WHERE batch_id = %s", batch_id
    )
    times = Counter(heard)
    repeated = {address for address, number in times.items() if number > 1}
    flagged = {address for address, doubtful in rows if doubtful}
    end = time.monotonic() + 30
    # What a door journalled while it was cut off comes in after it is mended.
    while (lost := answered - {key for (key,) in _rows("SELECT key FROM intake_rawanswer")}) and (
        time.monotonic() < end
    ):
        time.sleep(0.2)
    return {
        "messages": len(rows),
        "lost": sum(1 for address, _ in rows if address not in times),
        "repeated": len(repeated),
        "unflagged": len(repeated - flagged),
        "flagged": len(flagged),
        "answers": len(answered),
        "answers_lost": len(lost),
    }


@contextmanager
def _world(per_second: int) -> Iterator[World]:
    with ExitStack() as until_the_end:
        folder = Path(tempfile.mkdtemp(prefix="sc-", dir="/var/tmp"))
        until_the_end.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        hosts = until_the_end.enter_context(Hosts(_HOSTS, folder))
        server = until_the_end.enter_context(running(folder, network=hosts.network))
        until_the_end.enter_context(_elsewhere(server))
        for host in hosts.all:
            # What signs links is handed to every machine of an installation.
            for path in env.home().glob("*.json"):
                shutil.copy(path, host.home)
        heard = folder / "heard.jsonl"
        heard.touch()
        gateway = until_the_end.enter_context(
            local_server("local_gateway", "--delay-ms", "50", "--out", str(heard))
        )
        family = until_the_end.enter_context(Family(logs=folder))
        bridge = [hosts.address, str(gateway), "127.0.0.1", str(gateway)]
        family.start_program("bridge", [sys.executable, "-m", "bench.forward", *bridge])
        url = server.url.replace("127.0.0.1", hosts.address)
        yield World(hosts, url, gateway, heard, per_second)


@contextmanager
def _elsewhere(server: Server) -> Iterator[None]:
    """Django's connection on a new database of this server, with all tables."""
    connection.close()
    before = dict(connection.settings_dict)
    connection.settings_dict.update(env.database(server.url))
    try:
        call_command("migrate", verbosity=0, interactive=False)
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def _handed(batch_id: int) -> int:
    states = [State.HANDED, State.DELIVERED]
    return int(_count(batch_id, [int(state) for state in states]))


def _open(batch_id: int) -> int:
    return int(_count(batch_id, [int(State.WAITING), int(State.CLAIMED)]))


def _count(batch_id: int, states: list[int]) -> int:
    question = "SELECT count(*) FROM messaging_delivery WHERE batch_id = %s AND state = ANY (%s)"
    return int(_rows(question, batch_id, states)[0][0])


def _rows(question: str, *values: int | list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())
