"""What the surroundings say: environment variables, read once and refused early.

Everything a deployment may set is named here, so that the operators' guide can
be checked against one file.
"""

import json
import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

# A line that was cut says nothing: without these one waits for two hours (libpq, 34.1.2).
_ALIVE: dict[str, object] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
_TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey")
ROOT = Path(__file__).resolve().parent.parent


class EnvironmentRefusedError(Exception):
    """A variable holds something we cannot run with; the message says which and why."""


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def words(name: str) -> list[str]:
    """Comma-separated values, blanks dropped."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def number(name: str, default: float) -> float:
    raw = text(name)
    if not raw:
        return default
    try:
        return float(raw)
    except ValueError as refusal:
        raise EnvironmentRefusedError(f"{name}={raw!r} is not a number.") from refusal


def json_object(name: str) -> dict[str, object]:
    """A JSON object, or an empty one."""
    try:
        value = json.loads(text(name) or "{}")
    except json.JSONDecodeError as refusal:
        raise EnvironmentRefusedError(f"{name} is not JSON.") from refusal
    if not isinstance(value, dict):
        raise EnvironmentRefusedError(f"{name} must be a JSON object.")
    return value


def home() -> Path:
    """Where this installation keeps what must outlive a process: database, journal, keys.

    As root that is /var/lib/safeconduct, since the database server's own user
    must be able to walk there; anybody else keeps it among their own state.
    """
    if chosen := text("SAFECONDUCT_HOME"):
        return Path(chosen)
    if os.geteuid() == 0:
        return Path("/var/lib/safeconduct")
    return Path(text("XDG_STATE_HOME") or Path.home() / ".local/state") / "safeconduct"


def database(url: str) -> dict[str, object]:
    """Django's connection settings for a ``postgresql://`` URL (libpq, 34.1.1.2)."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise EnvironmentRefusedError("DATABASE_URL must begin with postgresql://.")
    query = {
        name: unquote(value)
        for name, _, value in (pair.partition("=") for pair in parts.query.split("&"))
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "safeconduct",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or query.get("port", "")),
        # A new connection for every page costs more than the page.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _ALIVE | {name: query[name] for name in _TLS if name in query},
    }
