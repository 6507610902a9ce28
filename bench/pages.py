"""The pages as production serves them, and a browser to look at them: for the rows about pages."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_DOOR_SECONDS: Final = 30
# Keys that guard nothing.
_SURROUNDINGS: Final = {
    "DJANGO_SETTINGS_MODULE": "config.settings.looked_at",
    "SAFECONDUCT_SECRET_KEY": "only-for-the-bench",
    "SAFECONDUCT_LINK_KEYS": "11" * 16,
    "SAFECONDUCT_DATA_KEYS": "22" * 32,
    "SAFECONDUCT_HOSTS": "127.0.0.1",
}


class NothingToLookWithError(RuntimeError):
    """What a row needs is not on this machine; the message says what installs it."""


def chromium() -> str:
    """Where Chromium is.

    :raises NothingToLookWithError: if there is none.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise NothingToLookWithError("There is no Chromium here: apt-get install chromium")


@contextmanager
def served() -> Iterator[str]:
    """The address of our pages, statics laid out, in a home that goes with the block."""
    with TemporaryDirectory(prefix="safeconduct-pages-") as home:
        surroundings = os.environ | _SURROUNDINGS | {"SAFECONDUCT_HOME": home}
        lay_out = [sys.executable, "-m", "django", "collectstatic", "--no-input", "-v", "0"]
        root = str(Path(__file__).resolve().parent.parent)
        subprocess.run(lay_out, env=surroundings, cwd=root, check=True)
        port = free_port()
        command = [sys.executable, "-m", "safeconduct.cli", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=surroundings, cwd=root)
        try:
            wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """:raises TimeoutError: if nobody opens the port."""
    until = time.monotonic() + _DOOR_SECONDS
    while time.monotonic() < until:
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not open its door")
