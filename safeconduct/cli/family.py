"""Processes a command starts: watched, started again when they die, ended with their parent."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

_PARENT: Final = "SAFECONDUCT_PARENT_PID"
_PR_SET_PDEATHSIG: Final = 1
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
# A child that lived this long was well: its next fall is a first one again.
_WELL_SECONDS: Final = 10.0


class ChildFailedError(Exception):
    """A process ended before it was ready; the message carries the end of its log."""


@dataclass
class Child:
    """One process and what is needed to start it again."""

    name: str
    words: list[str]
    restart: bool
    log: Path | None
    surroundings: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    born_at: float = 0.0
    falls: int = 0

    def start(self) -> None:
        # Whoever we start reads this and asks the kernel to end with us (see die_with_parent).
        surroundings = os.environ | self.surroundings | {_PARENT: str(os.getpid())}
        output = self.log.open("ab") if self.log else None
        try:
            self.process = subprocess.Popen(
                self.words, env=surroundings, stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )
        finally:
            if output is not None:
                output.close()
        self.born_at = time.monotonic()

    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def mend(self) -> None:
        """Start again if dead, with a growing pause so that a broken one does not spin."""
        if self.lives() or not self.restart:
            return
        age = time.monotonic() - self.born_at
        if age > _WELL_SECONDS:
            self.falls = 0
        if age >= min(_FIRST_PAUSE * 2**self.falls, _LONGEST_PAUSE):
            self.falls += 1
            self.start()

    def log_end(self) -> str:
        if self.log is None or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


class Family:
    """Children of one command. Leaving the context ends them all: asked first, then killed."""

    def __init__(self, *, logs: Path | None = None, patience: float = 15.0) -> None:
        self.children: dict[str, Child] = {}
        self._logs = logs
        self._patience = patience
        self._over = threading.Event()
        if logs is not None:
            logs.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def start(
        self,
        name: str,
        *words: str,
        restart: bool = True,
        surroundings: dict[str, str] | None = None,
        ready: Callable[[], bool] | None = None,
        seconds: float = 60.0,
    ) -> Child:
        """Start ``safeconduct <words>`` and, where ``ready`` is given, wait until it says so.

        :raises ChildFailedError: if it ends or is not ready within ``seconds``.
        """
        return self.start_program(
            name,
            [sys.executable, "-m", "safeconduct.cli", *words],
            restart=restart,
            surroundings=surroundings,
            ready=ready,
            seconds=seconds,
        )

    def start_program(
        self,
        name: str,
        words: list[str],
        *,
        restart: bool = False,
        surroundings: dict[str, str] | None = None,
        ready: Callable[[], bool] | None = None,
        seconds: float = 60.0,
    ) -> Child:
        """Start any program; see ``start``."""
        log = self._logs / f"{name}.log" if self._logs else None
        child = Child(name, words, restart, log, surroundings or {})
        child.start()
        self.children[name] = child
        if ready is not None:
            _await(child, ready, seconds)
        return child

    def mend(self) -> None:
        """Start again whoever died. Called by whoever waits for something."""
        for child in self.children.values():
            child.mend()

    def watch(self) -> None:
        """Keep the children alive until this process is asked to end (SIGTERM, SIGINT)."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._over.set())
        while not self._over.wait(0.1):
            self.mend()

    def stop(self) -> None:
        for child in self.children.values():
            if child.process is not None and child.lives():
                child.process.terminate()
        until = time.monotonic() + self._patience
        for child in self.children.values():
            if child.process is not None:
                _end(child.process, until - time.monotonic())
        self.children.clear()


def die_with_parent() -> None:
    """Have the kernel send us SIGTERM when the process that started us is gone."""
    if parent := os.environ.pop(_PARENT, ""):
        die_with(int(parent), by=signal.SIGTERM)


def die_with(parent: int, *, by: signal.Signals) -> None:
    """Have the kernel send us a signal when ``parent``, which started us, is gone."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, by)
    # It may have died before we asked.
    if os.getppid() != parent:
        sys.exit(1)


def _await(child: Child, ready: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not ready():
        if not child.lives():
            raise ChildFailedError(f"{child.name} ended before it was ready.\n{child.log_end()}")
        if time.monotonic() > until:
            raise ChildFailedError(
                f"{child.name} is not ready after {seconds:.0f} s.\n{child.log_end()}"
            )
        time.sleep(0.02)


def _end(process: "subprocess.Popen[bytes]", patience: float) -> None:
    try:
        process.wait(max(patience, 0.1))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
