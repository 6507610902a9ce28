"""Taking signals in: each message once, the better area of an event in place of the worse."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.wires.hazards import rules
from safeconduct.wires.hazards.engine.following import Found
from safeconduct.wires.hazards.engine.geocodes import place_of_code
from safeconduct.wires.hazards.engine.reading import Note, Reading
from safeconduct.wires.hazards.engine.sniff import read_bytes
from safeconduct.wires.hazards.models import Feed, Problem, Signal
from safeconduct.wires.hazards.terms import FEED_ADDED, INDEX, RECEIVED, SOLVED, Outcome


def receive_signals(
    payload: bytes, *, feed: Feed | None, now: datetime, actor: Actor
) -> list[Signal]:
    """Read a file or answer and keep what it says; returns its usable signals in order.

    The same message a second time is the same signal. What had to be refused is kept
    as a problem for a duty officer, not returned.
    """
    readings = read_bytes(payload, place_of_code)
    return keep_readings(readings, feed=feed, now=now, actor=actor)


@transaction.atomic
def keep_readings(
    readings: Iterable[Reading], *, feed: Feed | None, now: datetime, actor: Actor
) -> list[Signal]:
    """Store what parsers made of messages; see ``receive_signals``."""
    kept = [_keep(reading, feed, now) for reading in readings]
    new = [signal for signal, is_new in kept if is_new]
    for signal in new:
        _replace_older(signal)
    if new:
        record(
            RECEIVED,
            actor=actor,
            subject_kind="signal",
            subject_id=min(signal.pk for signal in new),
            subject_until_id=max(signal.pk for signal in new),
            detail={"count": len(new)},
            now=now,
        )
    return [signal for signal, _is_new in kept if signal.outcome != Outcome.REFUSED]


@transaction.atomic
def keep_area(*, signal: Signal, found: Found, now: datetime, actor: Actor) -> Signal | None:
    """Write down how asking for an event's area went; the better signal, if there is one.

    The signal itself stays as it was told, whatever was found.
    """
    missing = found.failure.stored() if found.failure else None
    readings = [found.reading] if found.reading else []
    better = next(iter(keep_readings(readings, feed=signal.feed, now=now, actor=actor)), None)
    # A better one may still lack something: it is asked about in its turn.
    both = [signal.pk, better.pk if better else signal.pk]
    Signal.objects.filter(pk__in=both).update(asked_at=now, unanswered=missing)
    if better is None:
        return None
    if rules.replaces(better, signal):
        # Also where an older measurement replaced it as soon as it was told.
        Signal.objects.filter(pk=signal.pk).update(superseded_by=better)
    return better


@transaction.atomic
def add_feed(*, url: str, name: str, every_seconds: int, now: datetime, actor: Actor) -> Feed:
    """Poll an address from now on; an address already known is returned as it is."""
    feed, is_new = Feed.objects.get_or_create(
        url=url, defaults={"name": name, "every_seconds": every_seconds}
    )
    if is_new:
        record(FEED_ADDED, actor=actor, subject_kind="feed", subject_id=feed.pk, now=now)
    return feed


@transaction.atomic
def solve_problem(*, problem: Problem, now: datetime, actor: Actor) -> None:
    """Take a problem off the duty officer's list; one already solved stays as it was."""
    changed = Problem.objects.filter(pk=problem.pk, solved_at=None).update(solved_at=now)
    if changed:
        record(SOLVED, actor=actor, subject_kind="problem", subject_id=problem.pk, now=now)


def note_health(*, feed: Feed, failure: str, etag: str, modified: str, now: datetime) -> None:
    """Write down how the last reading of a feed went; an empty failure means well."""
    changes: dict[str, Any] = {"read_at": now, "failure": failure[:300]}
    if not failure:
        changes |= {"worked_at": now, "etag": etag[:200], "modified": modified[:60]}
    Feed.objects.filter(pk=feed.pk).update(**changes)


def _keep(reading: Reading, feed: Feed | None, now: datetime) -> tuple[Signal, bool]:
    signal, is_new = Signal.objects.get_or_create(
        source=reading.source.value,
        sender=reading.sender,
        identifier=reading.identifier,
        sent=reading.sent,
        defaults=_columns(reading) | {"received_at": now, "feed": feed},
    )
    if is_new:
        notes: list[Note] = [*reading.problems, *_new_doubts(reading, feed)]
        if reading.outcome is Outcome.REFUSED and reading.reason:
            notes.append(reading.reason)
        Problem.objects.bulk_create(
            Problem(at=now, feed=feed, signal=signal, note=note.stored()) for note in notes
        )
    return signal, is_new


def _new_doubts(reading: Reading, feed: Feed | None) -> list[Note]:
    """Doubts that no open problem tells of: a feed that writes so does it in every message."""
    waiting = Problem.objects.filter(feed=feed, solved_at=None)
    return [one for one in reading.doubts if not waiting.filter(note=one.stored()).exists()]


def _columns(reading: Reading) -> dict[str, Any]:
    names = ("status", "msg_type", "category", "event", "severity", "urgency", "certainty")
    plain = {name: getattr(reading, name) for name in names}
    times = {"onset": reading.onset, "expires": reading.expires}
    return (
        plain
        | times
        | {
            "outcome": reading.outcome.value,
            "reason": reading.reason.stored() if reading.reason else None,
            "repairs": [repair.stored() for repair in reading.repairs],
            "references": list(reading.references),
            "hazard": reading.hazard.value,
            "texts": {language: dict(texts) for language, texts in reading.texts.items()},
            "languages": list(reading.languages),
            "facts": dict(reading.facts),
            "latitude": reading.latitude,
            "longitude": reading.longitude,
            "area_km2": reading.area.km2,
            "estimated": reading.area.estimated,
            "cells_from": reading.area.ranges.lows,
            "cells_until": reading.area.ranges.highs,
            "intensities": list(reading.area.intensities),
            "outline": reading.area.outline,
        }
    )


def _replace_older(signal: Signal) -> None:
    """Mark what a new signal replaces, or the new one where something better is there."""
    rivals = Signal.objects.filter(source=signal.source, superseded_by=None).exclude(pk=signal.pk)
    for rival in rivals.filter(_same_event(signal)).exclude(outcome=Outcome.REFUSED).order_by("pk"):
        if rules.replaces(signal, rival):
            rival.superseded_by = signal
            rival.save(update_fields=["superseded_by"])
        elif rules.replaces(rival, signal):
            signal.superseded_by = rival
            signal.save(update_fields=["superseded_by"])


def _same_event(signal: Signal) -> Q:
    """Signals about the same event: by its number at USGS and GDACS, by reference in CAP."""
    if ids := signal.facts.get("ids"):
        return Q(facts__event_id__in=ids)
    if event := signal.facts.get("event_id"):
        return Q(facts__event_id=event)
    meant = Q(pk=None)
    for sender, identifier in rules.named(signal.references):
        meant |= Q(sender=sender, identifier=identifier)
    return meant | _same_entry(signal)


def _same_entry(signal: Signal) -> Q:
    """The line of an index and the message it led to; many lines may lead to one home page."""
    link, is_line = signal.facts.get("link"), Q(facts__basis=INDEX)
    if not link:
        return Q(pk=None)
    if signal.facts.get("basis") != INDEX:
        return Q(facts__link=link) & is_line
    same = Q(sender=signal.sender, identifier=signal.identifier) & is_line
    # What was fetched before this line was written may be another message at the same address.
    message = Q(facts__basis__isnull=True, received_at__gte=signal.sent or signal.received_at)
    return Q(facts__link=link) & (same | message)
