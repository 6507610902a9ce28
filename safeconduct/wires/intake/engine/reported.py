"""What a report says, read generously: what is too long is cut, what is unknown is left out."""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

import orjson

from safeconduct.ground.privacy.sealing import seal_outside
from safeconduct.wires.intake import rules
from safeconduct.wires.intake.engine.multipart import Part
from safeconduct.wires.intake.terms import MAX_PHOTO, MAX_PHOTOS, NEEDS, REPORT_TEXTS, Kind
from safeconduct.wires.intake.web.texts import WRITTEN

# What the two halves of a report are sealed for: neither opens as the other.
FIELDS, PHOTOS, WORDS = "report fields", "report photos", "help words"
# Digits and letters nobody mistakes for one another (Crockford's base 32).
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = struct.Struct(">I")
_FURTHEST: Final = {"lat": 90.0, "lon": 180.0, "accuracy": 100_000.0}
_STARTS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")


@dataclass(frozen=True, slots=True)
class Report:
    """A report as read; ``cut`` names the fields of which something was left out."""

    key: UUID
    kind: Kind
    language: str
    fields: Mapping[str, object]
    photos: tuple[bytes, ...]
    cut: tuple[str, ...]

    @property
    def asks_for_help(self) -> bool:
        return self.kind is Kind.HELP or self.fields.get("what") == "help"

    def sealed(self) -> bytes:
        content = {**self.fields, "lang": self.language, "cut": self.cut}
        return seal_outside(orjson.dumps(content), purpose=FIELDS)

    def sealed_photos(self) -> bytes:
        return seal_outside(packed(self.photos), purpose=PHOTOS) if self.photos else b""


def read_report(
    kind: Kind, parts: Iterable[Part], *, language: str, received_at: datetime
) -> Report:
    """The report in the fields of a form; nothing in it can make it be refused."""
    texts: dict[str, str] = {}
    photos: list[Part] = []
    for part in parts:
        if part.is_file:
            photos += [part] * (part.name == "photo" and part.size > 0)
        else:
            texts.setdefault(part.name, part.content.decode(errors="replace").replace("\x00", ""))
    fields: dict[str, object] = {"what": _what(kind, texts.get("what", ""))}
    cut = [name for name, most in REPORT_TEXTS.items() if len(texts.get(name, "")) > most]
    for name, most in REPORT_TEXTS.items():
        if said := texts.get(name, "").strip()[:most]:
            fields[name] = said
    fields |= _numbers(texts) | {"stated_at": _stated_at(texts, received_at).isoformat()}
    if (country := texts.get("country", "").strip().upper()).isalpha() and len(country) == 2:
        fields["country"] = country
    fitting = [photo.content for photo in photos if _is_fitting(photo)][:MAX_PHOTOS]
    if len(fitting) < len(photos):
        cut.append("photo")
    spoken = texts.get("lang", "")
    return Report(
        key=_key(texts.get("key", "")),
        kind=kind,
        language=spoken if spoken in WRITTEN else language,
        fields=fields,
        photos=tuple(fitting),
        cut=tuple(cut),
    )


def reference_of(key: UUID) -> str:
    """Eight letters and digits for a report, to be said on the telephone: ``4K7F-XD02``.

    Forty bits of the key's SHA-256: the phone knows them without asking. They find a report
    among those an officer may see and open nothing.
    """
    number = int.from_bytes(hashlib.sha256(key.bytes).digest()[:5])
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


def packed(photos: Iterable[bytes]) -> bytes:
    """Photos one behind the other, each after its length."""
    return b"".join(_LENGTH.pack(len(photo)) + photo for photo in photos)


def unpacked(bundle: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(bundle):
        (length,) = _LENGTH.unpack_from(bundle, position)
        position += _LENGTH.size
        yield bundle[position : position + length]
        position += length


def _is_fitting(photo: Part) -> bool:
    """Small enough and beginning like a photo; whether it is one is found out when it is read."""
    return photo.size <= MAX_PHOTO and photo.content.startswith(_STARTS)


def _what(kind: Kind, said: str) -> str:
    if kind is Kind.HERE:
        # Whoever says neither is taken for calling: an officer can find out that they are safe.
        return "safe" if said == "safe" else "help"
    return said if said in NEEDS else "other"


def _numbers(texts: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, furthest in _FURTHEST.items():
        try:
            number = float(texts.get(name, ""))
        except ValueError:
            continue
        if -furthest <= number <= furthest:
            found[name] = round(number, 6)
    if not {"lat", "lon"} <= found.keys():
        found = {}
    people = texts.get("people", "").strip()
    if people.isdecimal() and 1 <= int(people[:4]) <= 500:
        found["people"] = int(people[:4])
    return found


def _stated_at(texts: Mapping[str, str], received_at: datetime) -> datetime:
    try:
        stated = datetime.fromtimestamp(float(texts.get("stated_at", "")) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return received_at
    return rules.believable(stated, received_at)


def _key(minted: str) -> UUID:
    """The sender's key. Without one each sending is a report of its own: better twice than not."""
    try:
        return UUID(minted)
    except ValueError:
        return uuid4()
