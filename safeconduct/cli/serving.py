"""Granian's workers: each hears one signal, and none outlives the process that started it."""

import os
import signal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from granian._internal import load_target

from safeconduct.cli.family import die_with

if TYPE_CHECKING:
    from granian.server.common import AbstractServer

# Less than a family waits for its children, so that a worker that hangs is ended by its own.
STOP_SECONDS: Final = 10


def serve(server: "AbstractServer[Any]") -> None:
    """Serve until told to stop (SIGTERM, SIGINT)."""
    server.serve(target_loader=partial(_load_apart, server.target, os.getpid()), wrap_loader=False)


def _load_apart(target: str, parent: int) -> Any:  # noqa: ANN401 -- whatever application it names
    # Ctrl-C in a terminal reaches a whole group, and the parent passes it on to its workers:
    # two signals at once have left a worker of Granian 2.8 waiting for ever, with the port.
    os.setpgid(0, 0)
    die_with(parent, by=signal.SIGKILL)
    return load_target(target)
