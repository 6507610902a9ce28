"""Who the database server runs as: PostgreSQL refuses root, so root lends it a user of its own."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from typing import Final

from config.postgres.binaries import ServerRefusedError

NAME: Final = "safeconduct-db"


@dataclass(frozen=True)
class Account:
    """A user to start processes as; ``None`` for both means ourselves."""

    uid: int | None = None
    gid: int | None = None

    def own(self, path: str | os.PathLike[str]) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def command(self, *words: str | os.PathLike[str], **options: object) -> "subprocess.Popen[str]":
        """Start a program as this user, in a session of its own: Ctrl-C is not for it."""
        groups: list[int] | None = [] if self.uid is not None else None
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]  # options vary by caller
            [os.fspath(word) for word in words],
            user=self.uid,
            group=self.gid,
            extra_groups=groups,
            start_new_session=True,
            text=True,
            **options,
        )


def server_account() -> Account:
    """Ourselves, or as root the system user ``safeconduct-db``, made if it is not there.

    :raises ServerRefusedError: if we are root and may not or cannot add a user.
    """
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        _add_user()
        entry = pwd.getpwnam(NAME)
    return Account(entry.pw_uid, entry.pw_gid)


def _add_user() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise ServerRefusedError(
            "PostgreSQL never runs as root and there is no useradd to make it a user: "
            f"add a user {NAME!r}, work as somebody else, or set DATABASE_URL."
        )
    made = subprocess.run(
        [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
        capture_output=True,
        text=True,
        check=False,
    )
    # Two processes may start at once: what counts is that the user is there.
    if made.returncode and not _exists():
        raise ServerRefusedError(f"The user {NAME!r} cannot be made: {made.stderr.strip()}")


def _exists() -> bool:
    try:
        pwd.getpwnam(NAME)
    except KeyError:
        return False
    return True
