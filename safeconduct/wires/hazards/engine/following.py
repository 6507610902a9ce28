"""From what a list says of an event to the area its source measured or drew.

The list of USGS gives a point and the address of a document of the event; that one names the
contours and the rupture of its ShakeMap. An item of GDACS gives a point and the address of
its shapes. Every address is a stranger's: it is followed as ``fetch`` follows links.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from safeconduct.wires.hazards.engine import fetch, products
from safeconduct.wires.hazards.engine.reading import Note, Reading, UnreadableError
from safeconduct.wires.hazards.engine.sniff import object_in, read_bytes, read_object
from safeconduct.wires.hazards.terms import Source


@dataclass(frozen=True, slots=True)
class Wanted:
    """An event whose area is asked for, as its list told of it."""

    source: Source
    facts: Mapping[str, Any]
    sent: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """A better area of the event, if there is one, and what could not be fetched."""

    reading: Reading | None = None
    failure: Note | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """Whose links may lead to its own server, and until when links are followed."""

    host: str
    until: float

    def payload(self, address: str) -> bytes:
        """:raises UnreadableError: if it is not followed, not reached, or time is up."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise UnreadableError(_("There was no time left; it is asked for again."))
        if not fetch.may_follow(address, self.host):
            raise UnreadableError(_("The address leads where we do not follow."))
        timeout = min(fetch.TIMEOUT_SECONDS, left)
        answer = fetch.fetch(address, timeout=timeout, own=self.host)
        return answer.payload or b""


def address_of(facts: Mapping[str, Any]) -> str:
    """Where an event's own area may stand; empty if its list does not say."""
    return str(facts.get("detail") or facts.get("geometry") or "")


def follow(wanted: Wanted, way: Way) -> Found:
    """The event's measured or drawn area, else why there is none; nothing is raised."""
    ask = _shaken if wanted.source == Source.USGS else _drawn
    try:
        return ask(wanted, way)
    except UnreadableError as error:
        return Found(failure=error.note)


def _shaken(wanted: Wanted, way: Way) -> Found:
    document = object_in(way.payload(address_of(wanted.facts)))
    files, failure = {}, None
    for name, link in products.linked(document).items():
        try:
            files[name] = object_in(way.payload(link))
        except UnreadableError as error:
            failure = error.note
    for reading in read_object(products.with_files(document, files)):
        if _is_same(reading, wanted) and reading.facts["basis"] in ("rupture", "shakemap"):
            # A message of its own: the list's own word has the same name and hour.
            product = str(products.shakemap_of(document).get("id") or reading.identifier)
            name = f"{product[:250]}#{reading.facts['basis']}"
            # The document does not name itself, and a rupture is only half the way.
            facts = {**reading.facts, "detail": address_of(wanted.facts)}
            lacking = None if reading.facts["basis"] == "shakemap" else failure
            return Found(replace(reading, identifier=name, facts=facts), lacking)
    return Found(failure=failure)


def _drawn(wanted: Wanted, way: Way) -> Found:
    for reading in read_bytes(way.payload(address_of(wanted.facts))):
        same_state = reading.facts.get("episodeid") == wanted.facts.get("episodeid")
        if not (_is_same(reading, wanted) and same_state):
            continue
        if reading.area.cells and not reading.area.estimated:
            name = f"{reading.identifier[:250]}#drawn"
            sent = max(filter(None, (reading.sent, wanted.sent)), default=None)
            facts = {**reading.facts, "basis": "drawn"}
            return Found(replace(reading, identifier=name, sent=sent, facts=facts))
    return Found()


def _is_same(reading: Reading, wanted: Wanted) -> bool:
    """Whether what was found is about the event that was asked about."""
    theirs = {str(reading.facts.get("event_id")), *map(str, reading.facts.get("ids") or ())}
    ours = {str(wanted.facts.get("event_id")), *map(str, wanted.facts.get("ids") or ())}
    return reading.source == wanted.source and bool(theirs & ours)
