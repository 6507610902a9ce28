"""Our name for a delivery with a provider: its numbers, and a seal against invented reports."""

from functools import cache
from hashlib import blake2s
from hmac import compare_digest

from django.conf import settings


class ReferenceRefusedError(Exception):
    """A reference that we did not give out."""


def reference(batch_id: int, delivery_id: int) -> str:
    """``batch.delivery.seal``, ASCII, fit for a URL and a Message-ID."""
    name = f"{batch_id}.{delivery_id}"
    return f"{name}.{_seal(name, settings.SECRET_KEY)}"


def read_reference(text: str) -> tuple[int, int]:
    """The batch and delivery of a reference.

    :raises ReferenceRefusedError: if it is not one of ours.
    """
    name, _, seal = text.rpartition(".")
    batch_id, _, delivery_id = name.partition(".")
    if not (text.isascii() and batch_id.isdigit() and delivery_id.isdigit()):
        raise ReferenceRefusedError("A reference is two numbers and a seal.")
    # Receipts may come days later: what a retired key sealed is ours as long as it is known.
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if len(name) > 40 or not any(compare_digest(seal, _seal(name, key)) for key in keys):
        raise ReferenceRefusedError("The seal of this reference is not ours.")
    return int(batch_id), int(delivery_id)


def _seal(name: str, secret: str) -> str:
    return blake2s(name.encode(), key=_key(secret), digest_size=6).hexdigest()


@cache
def _key(secret: str) -> bytes:
    return blake2s(b"delivery reference " + secret.encode()).digest()
