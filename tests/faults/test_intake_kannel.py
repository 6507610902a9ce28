"""Text messages in through a real gateway: a fake message centre, Kannel's boxes, the real door."""

import shutil
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote_from_bytes

import psycopg
import pytest

from safeconduct.wires.intake.engine.sms import inbound_secret
from tests.doors import database_url_of_test, free_port, open_door

_CENTRE = "/usr/lib/kannel/test/fakesmsc"
_PLACES = "/usr/sbin:/usr/bin:/sbin:/bin"
pytestmark = [pytest.mark.gateway, pytest.mark.faults, pytest.mark.django_db]
TEXTS = {"1", "2 kömək lazımdır, Gəncə", "3 меня там нет & 100 %", "2 مساعدة"}

CONFIGURATION = """
group = core
admin-port = {admin}
admin-password = test
smsbox-port = {boxes}
box-allow-ip = 127.0.0.1

group = smsc
smsc = fake
smsc-id = centre
port = {centre}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
http-request-retry = 100
http-queue-delay = 1

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "http://127.0.0.1:{door}/in/kannel/{secret}?from=%q&text=%a&id=%I&smsc=%i&time=%T&charset=%C"
"""


@pytest.fixture
def url(db):
    url = database_url_of_test()
    yield url
    with psycopg.connect(url, autocommit=True) as cleaner:
        cleaner.execute("DELETE FROM intake_rawanswer")
        cleaner.execute("DELETE FROM intake_pulse")


@contextmanager
def kannel(folder: Path, door_port: int):
    ports = {name: free_port() for name in ("admin", "boxes", "centre", "sendsms")}
    configuration = folder / "kannel.conf"
    configuration.write_text(CONFIGURATION.format(door=door_port, secret=inbound_secret(), **ports))
    with ExitStack() as until_the_end:
        for box, opens in (("bearerbox", "boxes"), ("smsbox", "sendsms")):
            program = shutil.which(box, path=_PLACES)
            _start(until_the_end, folder, box, [program, str(configuration)])
            _until(lambda port=ports[opens]: _is_open(port))
        yield ports["centre"]


def hand_in(folder: Path, centre_port: int, texts: set[str]) -> None:
    """The centre sends each text once, as telephones do: in UCS-2 if GSM has not its letters."""
    for text in texts:
        kind, said = "text", text
        if not text.isascii():
            kind, said = "ucs2", quote_from_bytes(text.encode("utf-16-be"), safe="")
        message = f"+99912345678 7007 {kind} {said}"
        # It stays on the line after its one message; the next text needs the line.
        with ExitStack() as until_sent:
            place = ["-H", "127.0.0.1", "-r", str(centre_port)]
            command = [_CENTRE, *place, "-i", "0.05", "-m", "1", message]
            _start(until_sent, folder, "centre", command)
            _until(lambda: b"sent message 1" in (folder / "centre.log").read_bytes())


def _start(until_the_end: ExitStack, folder: Path, name: str, command: list) -> None:
    log = until_the_end.enter_context((folder / f"{name}.log").open("wb"))
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=log, stderr=log)
    until_the_end.callback(process.stdin.close)
    until_the_end.callback(process.wait)
    until_the_end.callback(process.kill)


def _is_open(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def _until(come, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not come():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def stored(url):
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT sender, text, provider_id <> '', channel, asked_id FROM intake_rawanswer"
        ).fetchall()


def test_every_script_comes_in_through_kannel_once_and_intact(tmp_path, url):
    with open_door(tmp_path) as door, kannel(tmp_path, door.port) as centre:
        hand_in(tmp_path, centre, TEXTS)
        _until(lambda: len(stored(url)) >= len(TEXTS))
    assert {row[1] for row in stored(url)} == TEXTS
    assert {row[:1] + row[2:] for row in stored(url)} == {("+99912345678", True, 2, None)}


def test_kannel_comes_again_if_the_door_was_shut(tmp_path, url):
    with open_door(tmp_path) as door, kannel(tmp_path, door.port) as centre:
        door.kill()
        hand_in(tmp_path, centre, {"2"})
        time.sleep(0.5)
        door.start()
        _until(lambda: stored(url))
    # A gateway that got its answer too late would come once more, with the same message.
    assert {row[1] for row in stored(url)} == {"2"}
