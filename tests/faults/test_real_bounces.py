"""Real bounces: a mail server takes our mail, cannot deliver it, and says so in its own words."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import aiosmtplib
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from safeconduct.wires.messaging.actions import TextDraft
from safeconduct.wires.messaging.engine.bounces import return_address
from safeconduct.wires.messaging.engine.references import reference
from safeconduct.wires.messaging.models import Receipt
from safeconduct.wires.messaging.terms import Channel, State
from tests import messages
from tests.doors import free_port
from tests.faults.test_sender import safeconduct, until

pytestmark = [
    pytest.mark.mailserver,
    pytest.mark.faults,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(os.geteuid() != 0, reason="Exim takes a configuration from root alone."),
]
BOUNCES = "bounces@back.example.invalid"
# What the last server says to whom, and what must become of the message.
ENDS = {
    "national1": ("550 5.1.1 No such mailbox", State.INVALID_ADDRESS, "bounced 5.1.1"),
    "national2": ("550 5.7.1 Not wanted here", State.BLOCKED_BY_OPERATOR, "bounced 5.7.1"),
    "national3": ("552 5.2.2 Mailbox full", State.GAVE_UP, "bounced 5.2.2"),
    "national4": ("554 Go away", State.GAVE_UP, "bounced 5.0.0"),
    # Passed on to a server that reports nothing: that proves nothing.
    "national5": ("250 2.1.5 Taken", State.HANDED, ""),
}
_CONFIGURATION = """
primary_hostname = mx.example.invalid
spool_directory = {folder}/spool
log_file_path = {folder}/spool/%slog
pid_file_path = {folder}/spool/pid
deliver_drop_privilege = true
keep_environment =
acl_smtp_rcpt = accept
dsn_advertise_hosts = *
tls_advertise_hosts =
host_lookup =
rfc1413_hosts =
smtp_accept_max = 50
begin routers
reports:
  driver = manualroute
  domains = back.example.invalid
  transport = reports
  route_list = * 127.0.0.1
  self = send
people:
  driver = manualroute
  transport = people
  route_list = * 127.0.0.1
  self = send
begin transports
reports:
  driver = smtp
  port = {back}
  allow_localhost
people:
  driver = smtp
  port = {people}
  allow_localhost
begin retry
* * F,1h,1s
"""


class LastServer:
    """Where people's mail goes: answers each address as ``ENDS`` says."""

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd calls it so
        self, _server: object, _session: object, envelope: Envelope, address: str, _options: object
    ) -> str:
        said, _, _ = ENDS[address.partition("@")[0]]
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said


def is_open(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def last_server() -> Iterator[int]:
    controller = Controller(
        LastServer(), hostname="127.0.0.1", port=free_port(), ready_timeout=60.0
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@contextmanager
def exim(people: int, back: int) -> Iterator[tuple[int, Path]]:
    """Exim on a port of its own, and the folder of its queue."""
    # Not below pytest's folder, which is root's alone: what delivers is Exim's own user.
    # What looks through its queue each second may be at it while its folder goes.
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        spool, configuration = folder / "spool", folder / "exim.conf"
        spool.mkdir()
        user = pwd.getpwnam("Debian-exim")
        os.chown(spool, user.pw_uid, user.pw_gid)
        configuration.write_text(_CONFIGURATION.format(folder=folder, people=people, back=back))
        configuration.chmod(0o644)
        program = shutil.which("exim4", path="/usr/sbin:/usr/bin")
        command = [program, "-C", str(configuration), "-bdf", "-q1s", "-oX", f"127.0.0.1.{port}"]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                until(lambda: is_open(port))
                yield port, spool
                # What it started for a message ends before its folder goes.
                until(lambda: is_quiet(spool))
            finally:
                process.terminate()


def is_quiet(spool: Path) -> bool:
    """Whether everything taken has been delivered, refused or reported."""
    return not any((spool / "input").glob("*"))


def sent_through(port: int) -> dict[str, object]:
    return {
        "kind": "smtp",
        "channel": "email",
        "host": "127.0.0.1",
        "port": port,
        "from": "alerts@mfa.example.invalid",
        "bounces": BOUNCES,
        "success_reports": True,
    }


def offered(port: int, address: str) -> int:
    """What the listener answers to a report for this address."""

    async def offer() -> int:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port) as client:
            await client.mail("")
            try:
                return (await client.rcpt(address)).code
            except aiosmtplib.SMTPRecipientRefused as refused:
                return refused.code

    return asyncio.run(offer())


def test_what_a_real_server_sends_back_ends_the_message_it_is_about() -> None:
    batch = messages.batch(texts=[TextDraft("az", Channel.EMAIL, "Zəlzələ.", "Zəlzələ")])
    messages.fill(batch.pk, len(ENDS), channel=Channel.EMAIL)
    back = free_port()

    def ends() -> list[tuple[int, str]]:
        return [(state, failure) for state, failure in messages.rows(batch.pk, "state, failure")]

    with last_server() as people, exim(people, back) as (port, spool):
        providers = {"mail": sent_through(port)}
        with safeconduct("bounces", "--port", str(back), providers=providers):
            # A report that finds the door shut is one the mail server gives up on.
            until(lambda: is_open(back))
            with safeconduct("sender", providers=providers):
                wanted = [(int(state), failure) for _, state, failure in ENDS.values()]
                until(lambda: ends() == wanted and is_quiet(spool))
                forged_and_ours(batch.pk, back)
    # Neither the forged reports nor word of mere passing on left anything behind.
    assert ends() == wanted
    assert not Receipt.objects.exists()


def forged_and_ours(batch_id: int, back: int) -> None:
    last = messages.rows(batch_id, "id")[-1]
    ours = return_address(reference(batch_id, last), BOUNCES)
    other = return_address(reference(batch_id, last + 1), BOUNCES)
    seal = other.partition("@")[0].rpartition(".")[2]
    forged = f"bounces+{batch_id}.{last}.{seal}@back.example.invalid"
    assert [offered(back, address) for address in (ours, forged, BOUNCES)] == [250, 550, 550]
