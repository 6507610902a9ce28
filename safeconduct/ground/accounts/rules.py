"""Who may sign in, and what the demonstration's officers are given."""

import base64
import hashlib
import hmac
from typing import Final

DEMO_MODE: Final = "demo"
_GROUPS: Final = 4
_GROUP_LENGTH: Final = 4


def may_sign_in(*, is_active: bool, is_demo: bool, mode: str) -> bool:
    """Demo officers, whose passwords are printed, exist in demo mode only."""
    return is_active and (not is_demo or mode == DEMO_MODE)


def is_open_invitation(number: int, last_number: int, *, has_password: bool) -> bool:
    """Whether a link may still set a password: it is the last one sent and nobody has used it."""
    return number == last_number and number > 0 and not has_password


def demo_password(email: str, key: str) -> str:
    """The printed password: the same at each start of one installation, another in the next."""
    letters = base64.b32encode(_digest("password", email, key)).decode().lower()
    groups = (letters[i * _GROUP_LENGTH :][:_GROUP_LENGTH] for i in range(_GROUPS))
    return "-".join(groups)


def demo_secret(email: str, key: str) -> str:
    """The TOTP secret (RFC 6238, base32) of a demo officer."""
    return base64.b32encode(_digest("totp", email, key)[:20]).decode()


def _digest(purpose: str, email: str, key: str) -> bytes:
    return hmac.digest(key.encode(), f"demo {purpose} {email}".encode(), hashlib.sha256)
