"""AES-256-GCM as the house uses it, and the keys that are made from the installation's own.

Sealed bytes are: one byte that says how (1), twelve of a random nonce, the ciphertext, its
tag (NIST SP 800-38D). No key here seals so much that random nonces could meet: each subject
has its own, and the installation's wrap keys and what doors take in.
"""

import os
from functools import cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
_HOW: Final = b"\x01"
_NONCE: Final = 12
_TAG: Final = 16


class SealBrokenError(Exception):
    """Altered, moved from where it belongs, or sealed with a key we do not hold."""


def encrypt(key: bytes, plain: bytes, *, bound_to: str) -> bytes:
    """``plain`` sealed; it opens with the same words in ``bound_to`` only."""
    nonce = os.urandom(_NONCE)
    return _HOW + nonce + AESGCM(key).encrypt(nonce, plain, bound_to.encode())


def decrypt(key: bytes, sealed: bytes | memoryview, *, bound_to: str) -> bytes:
    """What was sealed.

    :raises SealBrokenError: if a bit differs, the key is another, or it was bound elsewhere.
    """
    told = bytes(sealed)
    if len(told) < len(_HOW) + _NONCE + _TAG or not told.startswith(_HOW):
        raise SealBrokenError("These bytes are no seal of ours.")
    nonce = told[len(_HOW) : len(_HOW) + _NONCE]
    try:
        return AESGCM(key).decrypt(nonce, told[len(_HOW) + _NONCE :], bound_to.encode())
    except InvalidTag as refusal:
        raise SealBrokenError(
            "This seal was altered, moved, or made with another key."
        ) from refusal


def new_key() -> bytes:
    return AESGCM.generate_key(KEY_BYTES * 8)


@cache
def derived(root: str, purpose: str) -> bytes:
    """A key for one purpose from one of the installation's keys (64 hexadecimal digits).

    :raises ValueError: if the installation's key has another length.
    """
    secret = bytes.fromhex(root)
    if len(secret) != KEY_BYTES:
        raise ValueError("SAFECONDUCT_DATA_KEYS: each key has 64 hexadecimal digits.")
    info = f"safeconduct data {purpose}".encode()
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(secret)


def mark(root: str) -> str:
    """Eight characters by which a key is known without telling anything of it."""
    return derived(root, "mark").hex()[:8]
