"""Reports as the door keeps them, for tests of what becomes of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from safeconduct.ground.kernel import clock
from safeconduct.wires.intake.engine.multipart import Part
from safeconduct.wires.intake.engine.reported import read_report
from safeconduct.wires.intake.models import RawReport
from safeconduct.wires.intake.terms import Kind


def report(
    kind: Kind = Kind.HELP,
    *,
    key: UUID | None = None,
    received_at: datetime | None = None,
    photos: Sequence[bytes] = (),
    language: str = "az",
    **fields: object,
) -> UUID:
    """One report on the pile; gives back its key."""
    received, key = received_at or clock.now(), key or uuid4()
    said = {"key": key, "country": "TR", "lang": language} | fields
    parts = []
    for name, value in said.items():
        part = Part(name, is_file=False, limit=10_000)
        part.take(str(value).encode())
        parts.append(part)
    for photo in photos:
        part = Part("photo", is_file=True, limit=10**6)
        part.take(photo)
        parts.append(part)
    read = read_report(kind, parts, language=language, received_at=received)
    RawReport.objects.create(
        received_at=received,
        key=key,
        kind=kind,
        sealed=read.sealed(),
        photos=read.sealed_photos() or None,
    )
    return key
