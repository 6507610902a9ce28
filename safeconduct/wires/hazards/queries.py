"""What officers see of signals, feeds and problems."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db.models import QuerySet

from safeconduct.wires.hazards.engine.reading import Note
from safeconduct.wires.hazards.models import Feed, Problem, Signal
from safeconduct.wires.hazards.terms import Outcome

_LATE = 3
# Letters of an area in its own words: enough to know it by, of a list of hundreds of towns.
_SAID: Final = 600
_KNOWN_FEEDS: Final = Path(__file__).parent / "data/feeds.toml"


@dataclass(frozen=True, slots=True)
class FeedHealth:
    feed: Feed
    is_late: bool
    is_failing: bool


def signals(
    *, severity: str = "", hazard: str = "", unresolved: bool = False, all_versions: bool = False
) -> QuerySet[Signal]:
    """Usable signals, newest first; those replaced by a better one only on request."""
    found = Signal.objects.exclude(outcome=Outcome.REFUSED).defer(
        "cells_from", "cells_until", "intensities", "outline", "texts"
    )
    if severity:
        found = found.filter(severity=severity)
    if hazard:
        found = found.filter(hazard=hazard)
    if unresolved:
        found = found.filter(cells_from=[])
    if not all_versions:
        found = found.filter(superseded_by=None)
    return found.order_by("-received_at", "-id")


def open_problems() -> QuerySet[Problem]:
    """Problems nobody has solved, newest first."""
    found = Problem.objects.filter(solved_at=None).select_related("feed", "signal")
    return found.defer(
        "signal__cells_from", "signal__cells_until", "signal__intensities", "signal__outline"
    ).order_by("-at", "-id")


def feed_health(now: datetime) -> list[FeedHealth]:
    """Every feed and whether it answers as often as it should."""
    found = []
    for feed in Feed.objects.order_by("name", "id"):
        allowed = timedelta(seconds=feed.every_seconds * _LATE)
        late = feed.worked_at is None or now - feed.worked_at > allowed
        found.append(FeedHealth(feed, is_late=late, is_failing=bool(feed.failure)))
    return found


@dataclass(frozen=True, slots=True)
class KnownFeed:
    """A feed we can name; it is read only once an officer adds it."""

    name: str
    url: str
    every_seconds: int


def feeds_to_choose() -> list[KnownFeed]:
    """Well-known feeds that nobody has added yet."""
    known = tomllib.loads(_KNOWN_FEEDS.read_text("utf-8"))["feed"]
    added = set(Feed.objects.values_list("url", flat=True))
    return [KnownFeed(**one) for one in known if one["url"] not in added]


def feeds_due(now: datetime) -> list[Feed]:
    """Feeds whose time to be read has come, the longest waiting first."""
    waiting = [
        feed
        for feed in Feed.objects.order_by("read_at", "id")
        if feed.read_at is None or now - feed.read_at >= timedelta(seconds=feed.every_seconds)
    ]
    return sorted(waiting, key=lambda feed: (feed.read_at is not None, feed.read_at, feed.pk))


def sentence(stored: dict[str, Any]) -> str:
    """A stored sentence in the reader's language."""
    return str(Note(str(stored.get("text", "")), stored.get("values") or {}))


def placed_by(signal: Signal) -> list[str]:
    """How each code of the message became an area, in the reader's language."""
    return [sentence(stored) for stored in signal.facts.get("placed_by") or []]


def places_named(signal: Signal) -> list[tuple[str, str]]:
    """The area as the message says it, for who must find it: ("", words), then (system, codes)."""
    words = dict.fromkeys(one["area"] for one in signal.texts.values() if one.get("area"))
    codes = signal.facts.get("geocode") or {}
    said = [("", text[:_SAID]) for text in words]
    return said + [(name, ", ".join(map(str, values))[:_SAID]) for name, values in codes.items()]
