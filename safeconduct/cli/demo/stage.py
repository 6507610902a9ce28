"""The demo's processes: a ministry's own, and the world outside it, on this machine."""

import json
import os
import secrets
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from safeconduct.cli.family import ChildFailedError, Family

_PATIENCE_SECONDS: Final = 60.0
_PREFERRED: Final = {"pages": 8000, "answers": 8010, "gateway": 8020, "mail": 8025, "push": 8030}


@dataclass(frozen=True)
class Ports:
    pages: int
    answers: int
    gateway: int
    mail: int
    push: int

    @property
    def console(self) -> str:
        return f"http://127.0.0.1:{self.pages}/console/"


def choose_ports() -> Ports:
    """The usual ports, or free ones where somebody else has them."""
    return Ports(**{name: _free(port) for name, port in _PREFERRED.items()})


def surround(ports: Ports) -> None:
    """Tell this process and its children where everything is, before Django reads it."""
    os.environ |= {
        "SAFECONDUCT_PUBLIC_URL": f"http://127.0.0.1:{ports.pages}",
        "SAFECONDUCT_ANSWER_URL": f"http://127.0.0.1:{ports.answers}",
        "SAFECONDUCT_GATEWAY_NUMBER": "+999120000000",
        "SAFECONDUCT_SMS_SECRET": secrets.token_hex(16),
        "SAFECONDUCT_PROVIDERS": json.dumps(
            {
                "gateway": {
                    "kind": "http_json",
                    "channel": "sms",
                    "url": f"http://127.0.0.1:{ports.gateway}/send",
                },
                "mail": {
                    "kind": "smtp",
                    "channel": "email",
                    "host": "127.0.0.1",
                    "port": ports.mail,
                    "from": "alerts@mfa.example",
                },
                "push": {"kind": "webpush", "channel": "push"},
            }
        ),
    }


def start_processes(family: Family, ports: Ports) -> None:
    """Start the outside world and the house's own processes, without waiting for them."""
    sms_url = f"http://127.0.0.1:{ports.answers}/in/sms"
    for name, words in (
        ("gateway", [str(ports.gateway), sms_url]),
        ("mailboxes", [str(ports.mail)]),
        ("pushes", [str(ports.push)]),
    ):
        program = [sys.executable, "-m", f"safeconduct.cli.demo.{name}", *words]
        family.start_program(name, program, restart=True)
    family.start("intake", "intake", "--port", str(ports.answers))
    family.start("sender", "sender")
    family.start("worker", "worker")


def await_doors(family: Family, ports: Ports) -> None:
    """Return when gateway, mail server, push service and intake answer.

    :raises ChildFailedError: if one of them still does not after a minute.
    """
    doors = {
        "gateway": ports.gateway,
        "mailboxes": ports.mail,
        "pushes": ports.push,
        "intake": ports.answers,
    }
    until = time.monotonic() + _PATIENCE_SECONDS
    while shut := [name for name, port in doors.items() if not Listening(port)()]:
        if time.monotonic() > until:
            logs = "\n".join(family.children[name].log_end() for name in shut)
            raise ChildFailedError(f"Not ready: {', '.join(shut)}.\n{logs}")
        family.mend()
        time.sleep(0.05)


@dataclass(frozen=True)
class Listening:
    """Whether somebody answers on a port of this machine."""

    port: int

    def __call__(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def _free(port: int) -> int:
    for candidate in (port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("No port is free on this machine.")


def logs_of(home: Path) -> Path:
    return home / "log"
