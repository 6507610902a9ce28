"""What made-up nationals do with a message: decided by a hash, so that a demo repeats itself."""

import hashlib
import re
import uuid
from dataclasses import dataclass
from typing import Final

# Shares of people who answer; the rest stay silent, as in a real crisis most do at first.
SAFE, NEEDS_HELP, NOT_THERE = 0.40, 0.03, 0.01
# A tenth of those who answer have no data and send a digit.
BY_SMS: Final = 0.10
# Real people take minutes to hours (half of them 20 minutes); the demo shows it in seconds.
SLOWEST_SECONDS: Final = 12.0
_LINK: Final = re.compile(r"https?://\S+/s/([0-9A-Za-z]{22})")


@dataclass(frozen=True)
class Intention:
    """One person's answer (1, 2 or 3), how long they take, and whether by SMS."""

    answer: int
    after_seconds: float
    by_sms: bool
    key: uuid.UUID


def link_in(text: str) -> tuple[str, str] | None:
    """The answer link in a message and its token, if it holds one."""
    found = _LINK.search(text)
    return (found.group(0), found.group(1)) if found else None


def intention(address: str) -> Intention | None:
    """What the holder of this address will answer, or None where they stay silent."""
    digest = hashlib.blake2b(address.encode(), digest_size=32).digest()
    draw = _share(digest[:8])
    if draw >= SAFE + NEEDS_HELP + NOT_THERE:
        return None
    return Intention(
        answer=1 if draw < SAFE else 2 if draw < SAFE + NEEDS_HELP else 3,
        after_seconds=_share(digest[8:16]) ** 2 * SLOWEST_SECONDS,
        by_sms=_share(digest[16:24]) < BY_SMS,
        key=uuid.UUID(bytes=digest[16:], version=4),
    )


def _share(octets: bytes) -> float:
    return int.from_bytes(octets) / (1 << 64)
