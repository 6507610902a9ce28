"""What officers see of signals, feeds and problems."""

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.db.models import F, Q, QuerySet

from safeconduct.wires.hazards import rules
from safeconduct.wires.hazards.engine.reading import Note
from safeconduct.wires.hazards.models import Feed, Problem, Signal
from safeconduct.wires.hazards.terms import (
    ASKED_FOR,
    MOST_ASKED,
    SETTLED,
    STRONG,
    Outcome,
    Severity,
)

_LATE = 3
# Events named beside one feed.
_NAMED: Final = 3
# Columns a list of signals does without.
_LARGE: Final = ("cells_from", "cells_until", "intensities", "outline", "texts")
# Letters of an area in its own words: enough to know it by, of a list of hundreds of towns.
_SAID: Final = 600
_KNOWN_FEEDS: Final = Path(__file__).parent / "data/feeds.toml"


@dataclass(frozen=True, slots=True)
class FeedHealth:
    feed: Feed
    is_late: bool
    is_failing: bool
    # Events whose better area could not be fetched, the latest first, each with the reason.
    unanswered: list[tuple[Signal, str]]


def signals(
    *, severity: str = "", hazard: str = "", unresolved: bool = False, all_versions: bool = False
) -> QuerySet[Signal]:
    """Usable signals, newest first; those replaced by a better one only on request."""
    found = Signal.objects.exclude(outcome=Outcome.REFUSED).defer(*_LARGE)
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
    unanswered = _unanswered(now)
    for feed in Feed.objects.order_by("name", "id"):
        allowed = timedelta(seconds=feed.every_seconds * _LATE)
        late = feed.worked_at is None or now - feed.worked_at > allowed
        lacking = unanswered.get(feed.pk, [])
        health = FeedHealth(
            feed, is_late=late, is_failing=bool(feed.failure), unanswered=lacking[:_NAMED]
        )
        found.append(health)
    return found


def _unanswered(now: datetime) -> dict[int, list[tuple[Signal, str]]]:
    """By feed, the standing events whose better area was asked for in vain."""
    rows = Signal.objects.filter(superseded_by=None, received_at__gt=now - ASKED_FOR)
    found: dict[int, list[tuple[Signal, str]]] = defaultdict(list)
    lacking = rows.filter(unanswered__isnull=False, feed__isnull=False)
    for signal in lacking.defer(*_LARGE).order_by("-asked_at", "-id"):
        found[signal.feed_id or 0].append((signal, sentence(signal.unanswered or {})))
    return found


def to_ask_about(feed: Feed, *, now: datetime) -> list[Signal]:
    """Events of a feed whose source is asked for a better area now, at most ``MOST_ASKED``.

    Not those that a later word of the list replaced, nor those measured since they were told
    of. Who never was asked about comes first, then whoever waited longest.
    """
    is_open = Q(superseded_by=None) | Q(
        superseded_by__sent__lt=F("sent"), superseded_by__facts__basis__in=SETTLED
    )
    grave = ~Q(severity=Severity.MINOR) | Q(facts__magnitude__gte=STRONG)
    rows = Signal.objects.filter(is_open, grave, feed=feed, received_at__gt=now - ASKED_FOR)
    waiting = rows.filter(Q(facts__has_key="detail") | Q(facts__has_key="geometry"))
    rested = waiting.select_related("feed").defer(*_LARGE)
    ordered = rested.order_by(F("asked_at").asc(nulls_first=True), "-pk")
    due = (one for one in ordered if rules.deserves_its_area(one) and rules.is_due(one, now=now))
    return list(islice(due, MOST_ASKED))


def standing(signal: Signal) -> Signal:
    """The signal that stands for this one's event today: itself, or what replaced it last."""
    seen = {signal.pk}
    while signal.superseded_by_id is not None and signal.superseded_by_id not in seen:
        signal = Signal.objects.get(pk=signal.superseded_by_id)
        seen.add(signal.pk)
    return signal


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
