"""The browsers of made-up nationals: their keys follow from a number, so a demo repeats itself.

Nobody else must ever make keys like this: whoever knows the number can read the messages.
"""

import hashlib
from functools import lru_cache
from typing import Any, Final

import http_ece
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from safeconduct.wires.messaging.engine.push import Subscription

# Enough to see push messages leave and be opened; few have switched warnings on.
HOW_MANY: Final = 300


def subscription(number: int, port: int) -> Subscription:
    """Where the browser of this number takes messages: the demo's own push service."""
    key, auth = _keys(number)
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return Subscription(f"http://127.0.0.1:{port}/push/{number}", point, auth)


def opened(number: int, content: bytes) -> dict[str, Any]:
    """What a message says once its browser has decrypted it (RFC 8291)."""
    key, auth = _keys(number)
    plain = http_ece.decrypt(content, private_key=key, auth_secret=auth, version="aes128gcm")
    said: dict[str, Any] = orjson.loads(plain)
    return said


@lru_cache(maxsize=HOW_MANY)
def _keys(number: int) -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    digest = hashlib.blake2b(b"demo browser %d" % number, digest_size=47).digest()
    # 31 octets are smaller than the order of P-256, so any of them is a key.
    return ec.derive_private_key(int.from_bytes(digest[:31]) or 1, ec.SECP256R1()), digest[31:]
