"""Machines of our own on this one: network namespaces on a bridge, each with its own address.

A host reaches the bridge and nothing else: it has no route and no name server. What our
processes may hand messages to is a provider on the host's own loopback, as the rules of
demo mode want it; a forwarder there carries the bytes to the one on the bridge. So no rule
had to be loosened, and nothing could leave this machine if one were wrong.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

_BITS: Final = 24


def permitted() -> bool:
    """Whether this user may make network namespaces here."""
    name = f"sc{os.getpid()}"
    try:
        made = _ip("netns", "add", name, check=False)
    except FileNotFoundError:
        return False
    if made:
        _ip("netns", "del", name, check=False)
    return made


@dataclass
class Host:
    """One machine: ``address`` on the bridge, and the processes started on it."""

    name: str
    address: str
    cable: str
    home: Path
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, *words: str, surroundings: dict[str, str] | None = None) -> None:
        """Start ``python <words>`` on it, its output in a file of its home."""
        with (self.home / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                ["ip", "netns", "exec", self.name, sys.executable, *words],
                env=os.environ | {"SAFECONDUCT_HOME": str(self.home)} | (surroundings or {}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def cut(self) -> None:
        """Take the cable out: nothing is refused, nothing arrives."""
        _ip("link", "set", self.cable, "down")

    def mend(self) -> None:
        _ip("link", "set", self.cable, "up")

    def kill(self) -> None:
        """Power off: every process at once, no goodbye."""
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for process in self.processes.values():
            process.wait()
        self.processes.clear()

    def stop(self, name: str) -> None:
        process = self.processes.pop(name, None)
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def log_end(self, name: str) -> str:
        path = self.home / f"{name}.log"
        return path.read_text(errors="replace")[-2000:] if path.exists() else ""


class Hosts:
    """So many hosts on a bridge of their own; gone, with all that ran on them, at the end."""

    def __init__(self, number: int, folder: Path) -> None:
        self._mark = f"sc{os.getpid() % 100_000}"
        self._net = f"10.{210 + os.getpid() % 40}.{os.getpid() // 40 % 250}"
        self._bridge = f"{self._mark}b"
        self.address = f"{self._net}.1"
        self.network = f"{self.address}/{_BITS}"
        self.all = [self._planned(number, folder) for number in range(1, number + 1)]

    def __enter__(self) -> Self:
        try:
            _ip("link", "add", self._bridge, "type", "bridge")
            _ip("addr", "add", self.network, "dev", self._bridge)
            _ip("link", "set", self._bridge, "up")
            for host in self.all:
                self._plug_in(host)
        except BaseException:
            self._clear()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def _planned(self, number: int, folder: Path) -> Host:
        home = folder / f"host{number}"
        home.mkdir(parents=True)
        name = f"{self._mark}h{number}"
        return Host(name, f"{self._net}.{10 + number}", f"{self._mark}v{number}", home)

    def _plug_in(self, host: Host) -> None:
        _ip("netns", "add", host.name)
        _ip("link", "add", host.cable, "type", "veth", "peer", "name", "eth0", "netns", host.name)
        _ip("link", "set", host.cable, "master", self._bridge, "up")
        for words in (
            ("addr", "add", f"{host.address}/{_BITS}", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
            ("link", "set", "lo", "up"),
        ):
            _ip("-n", host.name, *words)

    def _clear(self) -> None:
        for host in self.all:
            host.kill()
            _ip("netns", "del", host.name, check=False)
            _ip("link", "del", host.cable, check=False)
        _ip("link", "del", self._bridge, check=False)


def _ip(*words: str, check: bool = True) -> bool:
    """:raises OSError: if it is refused and that matters."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.returncode == 0


def until(come: Callable[[], bool], seconds: float, what: str) -> None:
    """:raises TimeoutError: if ``come()`` is not true in time."""
    deadline = time.monotonic() + seconds
    while not come():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come about in {seconds:.0f} s.")
        time.sleep(0.05)
