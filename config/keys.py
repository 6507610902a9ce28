"""Secrets of a demo or development installation, made once and readable to their owner only."""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class LocalKeys:
    secret_key: str
    link_keys: list[str]
    vapid_keys: list[str]
    data_keys: list[str]


def local(home: Path) -> LocalKeys:
    """The keys kept under ``home``, made there first if nobody has."""
    path = home / "keys.json"
    if not path.exists():
        _write(
            path, {"secret_key": secrets.token_urlsafe(48), "link_keys": [secrets.token_hex(16)]}
        )
    # Beside the others, whose file may be older than push messages are.
    push = home / "push-key.json"
    if not push.exists():
        _write(push, {"vapid_keys": [vapid_key()]})
    data = home / "data-key.json"
    if not data.exists():
        _write(data, {"data_keys": [secrets.token_hex(32)]})
    kept = json.loads(path.read_text())
    return LocalKeys(
        secret_key=kept["secret_key"],
        link_keys=kept["link_keys"],
        vapid_keys=json.loads(push.read_text())["vapid_keys"],
        data_keys=json.loads(data.read_text())["data_keys"],
    )


def vapid_key() -> str:
    """A private key on P-256 as RFC 8292 has it written: 32 octets in base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32)).rstrip(b"=").decode()


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
