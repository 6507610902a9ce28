"""Raw reports taken off the pile in the transaction that files them, and opened."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from django.conf import settings

from safeconduct.ground.privacy.sealing import SealBrokenError, open_outside
from safeconduct.picture.registry.actions import Report as Registered
from safeconduct.picture.rollcall import rules as standings
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.picture.rollcall.terms import Safety
from safeconduct.response.cases import rules
from safeconduct.response.cases.terms import Need
from safeconduct.wires.intake.engine.reported import FIELDS, PHOTOS, unpacked
from safeconduct.wires.intake.terms import Kind

_TAKE: Final = """
    WITH oldest AS (
        SELECT id FROM intake_rawreport ORDER BY crowded, id LIMIT %s FOR UPDATE SKIP LOCKED
    ), taken AS (
        DELETE FROM intake_rawreport WHERE id IN (SELECT id FROM oldest)
        RETURNING id, received_at, key, kind, sealed, photos
    )
    SELECT * FROM taken ORDER BY received_at, id
"""


@dataclass(frozen=True, slots=True)
class Raw:
    """A report as it lay on the pile."""

    id: int
    received_at: datetime
    key: UUID
    kind: int
    sealed: bytes
    photos: bytes | None


@dataclass(frozen=True, slots=True)
class Inbound:
    """A report opened."""

    raw: Raw
    fields: Mapping[str, Any]

    @property
    def asks_for_help(self) -> bool:
        return self.raw.kind == Kind.HELP or self.fields.get("what") == "help"

    @property
    def need(self) -> Need:
        if self.raw.kind == Kind.HERE:
            return Need.UNSAID
        return rules.need_of(self.text("what"))

    @property
    def safety(self) -> Safety:
        if not self.asks_for_help:
            return Safety.SAFE
        hurt = self.need is Need.INJURED or self.text("injuries")
        return Safety.INJURED if hurt else Safety.NEEDS_HELP

    @property
    def stated_at(self) -> datetime:
        return datetime.fromisoformat(self.fields["stated_at"])

    @property
    def digest(self) -> int:
        """Equal where the same was said under this key, whenever it was sent."""
        said = {name: value for name, value in self.fields.items() if name != "stated_at"}
        text = orjson.dumps([said, bool(self.raw.photos)], option=orjson.OPT_SORT_KEYS)
        digest = hmac.digest(settings.SECRET_KEY.encode(), self.raw.key.bytes + text, "sha256")
        return int.from_bytes(digest[:8], signed=True)

    def text(self, name: str) -> str:
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else ""

    def said_at(self, opened_at: datetime) -> datetime:
        """When, for an incident: no earlier than that began."""
        return standings.believed_moment(
            stated_at=self.stated_at,
            asked_at=min(opened_at, self.raw.received_at),
            received_at=self.raw.received_at,
        )

    def registered(self) -> Registered:
        """The same as the registry takes it in."""
        return Registered(
            key=self.raw.key,
            stated_at=self.stated_at,
            language=self.text("lang"),
            country=self.text("country"),
            place=self.text("place"),
            latitude=self.fields.get("lat"),
            longitude=self.fields.get("lon"),
            name=self.text("name"),
            phone=self.text("phone"),
            mail=self.text("email"),
            people=int(self.fields.get("people", 1)),
            record=self.text("record"),
        )

    def photos(self) -> list[bytes]:
        """The files as they were sent: trusted by nobody.

        :raises SealBrokenError: if they are not what the door sealed.
        """
        if not self.raw.photos:
            return []
        return list(unpacked(open_outside(self.raw.photos, purpose=PHOTOS)))


def take(cursor: Cursor, limit: int) -> list[Raw]:
    """Up to ``limit`` reports, those of crowded networks last; back again on a rollback."""
    cursor.execute(_TAKE, [limit])
    return [Raw(*row) for row in cursor.fetchall()]


def opened(raw: Raw) -> Inbound:
    """:raises SealBrokenError: if no key of ours opens it.

    :raises ValueError: if what is inside is no report.
    """
    fields = orjson.loads(open_outside(raw.sealed, purpose=FIELDS))
    if not isinstance(fields, dict) or "stated_at" not in fields:
        raise ValueError("This is no report.")
    return Inbound(raw, fields)


__all__ = ["Inbound", "Raw", "SealBrokenError", "opened", "take"]
