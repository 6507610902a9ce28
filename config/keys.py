"""Secrets of a demo or development installation, made once and readable to their owner only."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LocalKeys:
    secret_key: str
    link_keys: list[str]


def local(home: Path) -> LocalKeys:
    """The keys kept under ``home``, made there first if nobody has."""
    path = home / "keys.json"
    if not path.exists():
        _write(
            path, {"secret_key": secrets.token_urlsafe(48), "link_keys": [secrets.token_hex(16)]}
        )
    kept = json.loads(path.read_text())
    return LocalKeys(secret_key=kept["secret_key"], link_keys=kept["link_keys"])


def _write(path: Path, keys: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(keys))
    # Two processes may start at once: the first to link wins, the other reads what it wrote.
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
