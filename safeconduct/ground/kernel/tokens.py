"""Answer links: one AES block in base62, readable by us alone and without a database.

Sixteen bytes hold 64 bits of content and 64 zero bits; whoever alters a character
breaks the zeros. AES as a permutation on one unique block needs no nonce (FIPS 197);
the zeros make a forged link pass once in 2^64 tries.
"""

import hmac
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from safeconduct.ground.kernel import languages

LENGTH: Final = 22
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Two characters at once: half the steps for whoever reads thousands a second.
_VALUES: Final = {
    high + low: 62 * value + step
    for value, high in enumerate(_ALPHABET)
    for step, low in enumerate(_ALPHABET)
}
_PAIRS: Final = list(_VALUES)
_PAIR: Final = len(_PAIRS)
_EPOCH: Final = date(2026, 1, 1)
_SUBJECT_BITS, _DAY_BITS, _LANGUAGE_BITS, _POST_BITS = 36, 13, 5, 10


class LinkRefusedError(Exception):
    """Forged, damaged or made with a key we no longer hold."""


class Link(NamedTuple):
    """What a link says: whom it speaks for, until when, in which language, for which post."""

    subject_id: int
    expires_on: date
    language: str
    post_id: int

    def expired(self, now: datetime) -> bool:
        """A link holds through its last day, counted in UTC."""
        return now.astimezone(UTC).date() > self.expires_on


def mint(link: Link, *, purpose: str) -> str:
    """The link's 22 characters. One purpose cannot read another's.

    :raises ValueError: if an id or day does not fit its field.
    """
    return minter(purpose)(link)


def minter(purpose: str) -> "Minter":
    """A maker of many links of one purpose; derives its key once."""
    return Minter(_ciphers(purpose, tuple(settings.LINK_KEYS))[0])


class Minter:
    def __init__(self, cipher: "Cipher[modes.ECB]") -> None:
        # ECB over single unique blocks: a context encrypts one after another.
        self._encryptor = cipher.encryptor()

    def __call__(self, link: Link) -> str:
        return _to_base62(self._encryptor.update(_pack(link).to_bytes(8) + bytes(8)))


def read(token: str, *, purpose: str) -> Link:
    """The link behind a token, by the current key or the previous one.

    Whether it has expired is the caller's to judge.

    :raises LinkRefusedError: if no key makes sense of it.
    """
    return reader(purpose)(token)


def reader(purpose: str) -> "Reader":
    """A reader of many links of one purpose, for one thread; refuses as :func:`read` does."""
    return Reader(_ciphers(purpose, tuple(settings.LINK_KEYS)))


class Reader:
    def __init__(self, ciphers: "list[Cipher[modes.ECB]]") -> None:
        # As with the minter: setting a context up costs more than the block it decrypts.
        self._decryptors = [cipher.decryptor() for cipher in ciphers]

    def __call__(self, token: str) -> Link:
        block = _from_base62(token)
        for decryptor in self._decryptors:
            plain = decryptor.update(block)
            if plain[8:] == bytes(8):
                return _unpack(int.from_bytes(plain[:8]))
        raise LinkRefusedError("This link is not one of ours.")


def veiled(key: UUID, *, purpose: str) -> str:
    """The 22 characters that stand for a key somebody else minted, for its address.

    Whoever knows the key cannot make them, and whoever reads them does not learn the key.
    """
    cipher = _ciphers(purpose, tuple(settings.LINK_KEYS))[0]
    return _to_base62(cipher.encryptor().update(key.bytes))


def unveiled(token: str, *, purpose: str) -> list[UUID]:
    """The keys a token may stand for, by the current link key and the previous one.

    Any 22 characters stand for some key: that it exists is the caller's to find out.
    """
    try:
        block = _from_base62(token)
    except LinkRefusedError:
        return []
    ciphers = _ciphers(purpose, tuple(settings.LINK_KEYS))
    return [UUID(bytes=cipher.decryptor().update(block)) for cipher in ciphers]


def digits(number: int, *, purpose: str) -> list[str]:
    """Six digits that follow from a number: by the current key, then by the previous one.

    Nobody without a key can tell one number's digits from another's; whoever checks them
    counts the tries, since there are only a million.
    """
    found = []
    for key in settings.LINK_KEYS:
        own = _derived(bytes.fromhex(key), f"digits {purpose}")
        mixed = hmac.digest(own, str(number).encode(), "sha256")
        found.append(f"{int.from_bytes(mixed[:8]) % 1_000_000:06d}")
    return found


@cache
def _ciphers(purpose: str, keys: tuple[str, ...]) -> "list[Cipher[modes.ECB]]":
    return [
        Cipher(algorithms.AES(_derived(bytes.fromhex(key), purpose)), modes.ECB())  # noqa: S305 -- see above
        for key in keys
    ]


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 16, salt=None, info=f"safeconduct link {purpose}".encode()).derive(key)


def _pack(link: Link) -> int:
    packed = 0
    for value, bits in (
        (link.subject_id, _SUBJECT_BITS),
        ((link.expires_on - _EPOCH).days, _DAY_BITS),
        (languages.number_of(link.language), _LANGUAGE_BITS),
        (link.post_id, _POST_BITS),
    ):
        if not 0 <= value < 1 << bits:
            raise ValueError(f"{value} does not fit {bits} bits of a link.")
        packed = packed << bits | value
    return packed


def _unpack(packed: int) -> Link:
    post_id = packed & (1 << _POST_BITS) - 1
    language = packed >> _POST_BITS & (1 << _LANGUAGE_BITS) - 1
    day = packed >> (_POST_BITS + _LANGUAGE_BITS) & (1 << _DAY_BITS) - 1
    subject_id = packed >> (_POST_BITS + _LANGUAGE_BITS + _DAY_BITS)
    try:
        code = languages.language_of(language)
    except IndexError:
        raise LinkRefusedError("This link names a language we do not know.") from None
    return Link(subject_id, _EPOCH + timedelta(days=day), code, post_id)


def _to_base62(block: bytes) -> str:
    # Four characters at a time, as two pairs: a link is minted a message.
    rest = int.from_bytes(block)
    pairs: list[str] = []
    for _ in range(LENGTH // 4):
        rest, four = divmod(rest, _PAIR * _PAIR)
        pairs += (_PAIRS[four % _PAIR], _PAIRS[four // _PAIR])
    pairs.append(_PAIRS[rest])
    pairs.reverse()
    return "".join(pairs)


def _from_base62(token: str) -> bytes:
    if len(token) != LENGTH:
        raise LinkRefusedError("A link has 22 characters.")
    number = 0
    try:
        for place in range(0, LENGTH, 2):
            number = number * 3844 + _VALUES[token[place : place + 2]]
    except KeyError:
        raise LinkRefusedError("A link is made of letters and digits.") from None
    if number >> 128:
        raise LinkRefusedError("This link is too large to be ours.")
    return number.to_bytes(16)
