"""What comes out of reading a message, whatever its source: the same for all parsers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from safeconduct.ground.kernel.geometry import CellRanges
from safeconduct.wires.hazards.terms import Hazard, Outcome, Source


@dataclass(frozen=True)
class Note:
    """A sentence for people: an English text to translate and what stands in its gaps."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return gettext(self.text) % self.values

    def stored(self) -> dict[str, Any]:
        return {"text": self.text, "values": dict(self.values)}


@dataclass(frozen=True, slots=True)
class Area:
    """Where: runs of cells, size, an outline for the map, and how it came about."""

    ranges: CellRanges = field(default_factory=lambda: CellRanges([], []))
    cells: int = 0
    km2: float | None = None
    outline: dict[str, Any] | None = None
    # Ascending [{"intensity": 6.0, "from": [...], "until": [...]}], Modified Mercalli.
    intensities: tuple[dict[str, Any], ...] = ()
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One message: accepted, tolerated with each repair named, or refused with a reason.

    ``problems`` are for a duty officer to look at, above all an area nobody can place;
    they say nothing about the form of the message, so they do not change the outcome.
    ``doubts`` are about the message itself, and likely to be true of all of its feed.
    """

    source: Source
    outcome: Outcome = Outcome.ACCEPTED
    reason: Note | None = None
    repairs: tuple[Note, ...] = ()
    problems: tuple[Note, ...] = ()
    doubts: tuple[Note, ...] = ()
    identifier: str = ""
    sender: str = ""
    sent: datetime | None = None
    status: str = ""
    msg_type: str = ""
    references: tuple[str, ...] = ()
    category: str = ""
    hazard: Hazard = Hazard.OTHER
    event: str = ""
    severity: str = ""
    urgency: str = ""
    certainty: str = ""
    onset: datetime | None = None
    expires: datetime | None = None
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    latitude: float | None = None
    longitude: float | None = None
    area: Area = field(default_factory=Area)

    def as_json(self) -> dict[str, Any]:
        """The object ``safeconduct hazards read --json`` writes for one message."""
        return {
            "source": str(self.source),
            "outcome": str(self.outcome),
            "reason": str(self.reason) if self.reason else None,
            # With what was tolerated as it is: every departure is listed.
            "repairs": [str(note) for note in (*self.repairs, *self.doubts)],
            "identifier": self.identifier or None,
            "sender": self.sender or None,
            "sent": self.sent.isoformat() if self.sent else None,
            "msg_type": self.msg_type or None,
            "event": self.event or None,
            "severity": self.severity or None,
            "urgency": self.urgency or None,
            "certainty": self.certainty or None,
            "languages": list(self.languages),
            "area_km2": self.area.km2,
            "cells": self.area.cells,
            "estimated": self.area.estimated,
        }


def refused(reason: Note, *, source: Source = Source.UNKNOWN, about: bytes = b"") -> Reading:
    """A message without usable meaning; its fingerprint stands in for an identifier."""
    name = fingerprint(about) if about else ""
    return Reading(source=source, outcome=Outcome.REFUSED, reason=reason, identifier=name)


def fingerprint(payload: bytes) -> str:
    return f"sha256-{sha256(payload).hexdigest()[:32]}"


class Repairs:
    """The repairs made to one message so far, each said once."""

    def __init__(self) -> None:
        self._notes: dict[tuple[str, tuple[tuple[str, str], ...]], Note] = {}

    def add(self, text: str, **values: object) -> None:
        named = {key: shortened(str(value), 80) for key, value in values.items()}
        self.put(Note(text, named))

    def put(self, note: Note) -> None:
        self._notes.setdefault((note.text, tuple(sorted(note.values.items()))), note)

    def copy(self) -> "Repairs":
        """The same so far, to go on from: what one message needed is not said of the next."""
        again = Repairs()
        again._notes = dict(self._notes)
        return again

    def take(self, others: "Repairs") -> None:
        """Add what was repaired elsewhere for this message."""
        for note in others.notes():
            self.put(note)

    def notes(self) -> tuple[Note, ...]:
        return tuple(self._notes.values())

    def outcome(self) -> Outcome:
        return Outcome.TOLERATED if self._notes else Outcome.ACCEPTED


class UnreadableError(Exception):
    """A payload nothing can be made of; ``note`` says why in words for a duty officer."""

    def __init__(self, text: str, **values: object) -> None:
        self.note = Note(text, {key: shortened(str(value), 120) for key, value in values.items()})
        super().__init__(str(self.note))


def shortened(text: str, most: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


NO_AREA = Note(_("The message names no area that can be placed on the map."))
