"""Push messages before and behind the outbox, and the subscriptions they go to.

A push message is more than words: title, link, buttons, and until when it is worth showing.
All that is the same for a whole batch but for the link, so it is written once, as
the batch's text, and the provider opens it again (RFC 8030; RFC 8291).
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from safeconduct.wires.messaging.terms import LONGEST_ADDRESS

_KEY_BYTES: Final = 65
_AUTH_BYTES: Final = 16


class SubscriptionRefusedError(ValueError):
    """This is no push subscription that we may send to."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a browser takes push messages, and the keys only it can open them with."""

    endpoint: str
    p256dh: bytes
    auth: bytes

    @classmethod
    def read(cls, address: str) -> Self:
        """The subscription an address stands for: ``<endpoint>#<p256dh>.<auth>``.

        :raises SubscriptionRefusedError: if its parts could not be right.
        """
        endpoint, _, keys = address.partition("#")
        p256dh, _, auth = keys.partition(".")
        return cls.of(endpoint, p256dh, auth)

    @classmethod
    def of(cls, endpoint: str, p256dh: str, auth: str) -> Self:
        """The same of what a browser hands over (Push API, 8), which may be anything.

        :raises SubscriptionRefusedError: as above, and for what is no text.
        """
        if not all(isinstance(part, str) for part in (endpoint, p256dh, auth)):
            raise SubscriptionRefusedError("not text")
        try:
            key, secret = _decoded(p256dh), _decoded(auth)
            if len(key) != _KEY_BYTES or len(secret) != _AUTH_BYTES:
                raise SubscriptionRefusedError("keys of the wrong length")
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
            parts = urlsplit(endpoint)
            _ = parts.port
        except ValueError as wrong:
            raise SubscriptionRefusedError("not a push subscription") from wrong
        found = cls(endpoint, key, secret)
        if not (parts.scheme and parts.hostname and endpoint.isascii() and endpoint.isprintable()):
            raise SubscriptionRefusedError("not an address")
        if "#" in endpoint or len(found.address) > LONGEST_ADDRESS:
            raise SubscriptionRefusedError("an address too long or with a fragment")
        return found

    @property
    def address(self) -> str:
        return f"{self.endpoint}#{_encoded(self.p256dh)}.{_encoded(self.auth)}"

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint).hostname or ""

    @property
    def origin(self) -> str:
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc}"


def is_offered() -> bool:
    """Whether this installation can send push messages at all."""
    providers = settings.MESSAGING["PROVIDERS"].values()
    return bool(settings.MESSAGING["VAPID_KEYS"]) and any(
        str(options["channel"]).lower() == "push" for options in providers
    )


def public_key() -> str:
    """What a browser needs to subscribe to us (RFC 8292, 3.2): our newest key's public half."""
    number = int.from_bytes(_decoded(settings.MESSAGING["VAPID_KEYS"][0]))
    key = ec.derive_private_key(number, ec.SECP256R1()).public_key().public_numbers()
    return _encoded(b"\x04" + key.x.to_bytes(32) + key.y.to_bytes(32))


@dataclass(frozen=True, slots=True)
class PushText:
    """What a batch's push messages say. ``until`` is in seconds of the epoch."""

    body: str
    link: str
    asks: bool
    code: str
    topic: str
    until: int
    urgent: bool

    def written(self) -> str:
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def read(cls, written: str) -> Self:
        values: dict[str, Any] = orjson.loads(written)
        return cls(**values)

    def seconds_left(self, now: datetime) -> int:
        return max(0, self.until - int(now.astimezone(UTC).timestamp()))


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encoded(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
