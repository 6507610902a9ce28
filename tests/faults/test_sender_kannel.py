"""Texts through a real gateway: Kannel's bearerbox and smsbox, and its fake message centre."""

import asyncio
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from aiohttp import web

from safeconduct.wires.messaging.engine.providers import configured
from safeconduct.wires.messaging.engine.providers.base import Answer, Parcel
from safeconduct.wires.messaging.engine.references import reference
from safeconduct.wires.messaging.terms import State
from tests.doors import free_port

_FAKE_CENTRE = Path("/usr/lib/kannel/test/fakesmsc")
_PLACES = "/usr/sbin:/usr/bin:/sbin:/bin"
TEXTS = [
    "Zəlzələ! Gəncə, ğ ç ş ı İ",
    "Землетрясение & 100 %",
    "زلزال: اخرجوا",
    "Hello {1} [x] €",
    "🚨 az",
    "ə" * 140,
]
pytestmark = [
    pytest.mark.gateway,
    pytest.mark.faults,
    pytest.mark.skipif(
        not (shutil.which("bearerbox", path=_PLACES) and _FAKE_CENTRE.exists()),
        reason="Kannel is not here: apt-get install kannel kannel-extras",
    ),
]


class Kannel:
    """The three processes, started in the order they need each other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in ("admin", "boxes", "centre", "sendsms")}
        self.heard = folder / "centre.log"

    def configuration(self) -> str:
        ports = self.ports
        return f"""
group = core
admin-port = {ports["admin"]}
admin-password = test
smsbox-port = {ports["boxes"]}
box-allow-ip = 127.0.0.1
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = fake
port = {ports["centre"]}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {ports["sendsms"]}

group = sendsms-user
username = mfa
password = secret
max-messages = 10
concatenation = true
"""

    def texts(self) -> list[str]:
        """What the message centre has got, parts of one text joined."""
        texts: list[str] = []
        for kind, content in re.findall(
            r"Got message \d+: <MFA \+999123456789 (\S+) (.*)>$",
            self.heard.read_text(),
            re.MULTILINE,
        ):
            texts = _with(texts, kind, content)
        return texts


def _with(texts: list[str], kind: str, content: str) -> list[str]:
    if kind == "text":
        return [*texts, content]
    if kind == "ucs-2":
        return [*texts, _ucs2(content)]
    # Concatenated parts: the header's last octet is the number of the part (TS 23.040).
    header, _, part = content.partition(" data ")
    if unquote_to_bytes(header)[-1] == 1:
        return [*texts, _ucs2(part)]
    return [*texts[:-1], texts[-1] + _ucs2(part)]


def _ucs2(content: str) -> str:
    return unquote_to_bytes(content.replace("+", " ")).decode("utf-16-be")


@contextmanager
def running_kannel(folder: Path) -> Iterator[Kannel]:
    kannel = Kannel(folder)
    configuration = folder / "kannel.conf"
    configuration.write_text(kannel.configuration())
    with ExitStack() as until_the_end:
        for command, port in (
            (["bearerbox", str(configuration)], "boxes"),
            (["smsbox", str(configuration)], "sendsms"),
            ([str(_FAKE_CENTRE), "-H", "127.0.0.1", "-r", str(kannel.ports["centre"])], None),
        ):
            _start(until_the_end, command, folder)
            if port is not None:
                _until_open(kannel.ports[port])
        _until(lambda: "Connecting" in kannel.heard.read_text())
        yield kannel


def _start(until_the_end: ExitStack, command: list[str], folder: Path) -> None:
    centre = command[0] == str(_FAKE_CENTRE)
    program = shutil.which(command[0], path=_PLACES) or command[0]
    log = (folder / ("centre.log" if centre else f"{command[0]}.log")).open("wb")
    # The message centre ends when its input does.
    process = subprocess.Popen(
        [program, *command[1:]], cwd=folder, stdin=subprocess.PIPE, stdout=log, stderr=log
    )
    until_the_end.callback(log.close)
    until_the_end.callback(process.stdin.close)
    until_the_end.callback(process.wait)
    until_the_end.callback(process.kill)


def _until_open(port: int) -> None:
    def answers() -> bool:
        with socket.socket() as sock:
            return sock.connect_ex(("127.0.0.1", port)) == 0

    _until(answers)


def _until(come: object) -> None:
    deadline = time.monotonic() + 120
    while not come():
        assert time.monotonic() < deadline, "Kannel did not come up."
        time.sleep(0.05)


async def _send(kannel: Kannel) -> tuple[list[Answer], list[dict[str, str]]]:
    reports: list[dict[str, str]] = []

    async def report(request: web.Request) -> web.Response:
        reports.append(dict(request.query))
        return web.Response(status=202)

    runner = web.ServerRunner(web.Server(report))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    options = {
        "kind": "kannel",
        "channel": "sms",
        "url": f"http://127.0.0.1:{kannel.ports['sendsms']}/cgi-bin/sendsms",
        "username": "mfa",
        "password": "secret",
        "from": "MFA",
    }
    messaging = {
        "PROVIDER_TIMEOUT_SECONDS": 30,
        "LEASE_SECONDS": 60,
        "RECEIPTS_URL": f"http://127.0.0.1:{runner.addresses[0][1]}/receipts",
        "PROVIDERS": {"kannel": options, "stranger": options | {"password": "wrong"}},
    }
    answers = []
    for provider in configured(messaging, mode="test"):
        await provider.open()
        for number, text in enumerate(TEXTS if provider.name == "kannel" else TEXTS[:1]):
            parcel = Parcel(reference(7, number), "+999123456789", "", text, "az", exercise=False)
            answers.append(await provider.hand_over(parcel))
        await provider.close()
    async with asyncio.timeout(120):
        # What other processes write can only be looked for.
        while len(reports) < len(TEXTS) or len(kannel.texts()) < len(TEXTS):  # noqa: ASYNC110 -- as said
            await asyncio.sleep(0.05)
    await runner.cleanup()
    return answers, reports


def test_every_script_arrives_intact_through_kannel_and_is_reported(tmp_path: Path) -> None:
    with running_kannel(tmp_path) as kannel:
        answers, reports = asyncio.run(_send(kannel))
        assert sorted(kannel.texts()) == sorted(TEXTS)
    assert [answer.state for answer in answers[: len(TEXTS)]] == [State.HANDED] * len(TEXTS)
    # A wrong password is the provider's trouble, not the message's.
    assert answers[-1].unreachable
    assert {report["id"] for report in reports} == {reference(7, n) for n in range(len(TEXTS))}
    assert {report["status"] for report in reports} == {"1"}
