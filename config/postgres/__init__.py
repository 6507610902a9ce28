"""The embedded PostgreSQL: a real server of our own, for demo, development and tests."""

from config.postgres.binaries import ServerRefusedError
from config.postgres.server import Server
from config.postgres.sharing import running

__all__ = ["Server", "ServerRefusedError", "running"]
