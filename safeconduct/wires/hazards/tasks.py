"""Reading the feeds, each as often as it says, and remembering how that went."""

import time
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.wires.hazards import actions, queries
from safeconduct.wires.hazards.engine import fetch
from safeconduct.wires.hazards.engine.following import Wanted, Way, follow
from safeconduct.wires.hazards.engine.geocodes import place_of_code
from safeconduct.wires.hazards.engine.reading import Reading, UnreadableError, fingerprint
from safeconduct.wires.hazards.engine.sniff import read_bytes
from safeconduct.wires.hazards.models import Feed, Signal
from safeconduct.wires.hazards.terms import Outcome, Source

_ACTOR = Actor.system("hazards")


@app.periodic(cron="* * * * *")
@app.task(
    name="hazards.poll", lock="hazards.poll", queueing_lock="hazards.poll", pass_context=False
)
def poll(timestamp: int) -> int:  # noqa: ARG001 -- procrastinate hands it to every periodic task
    """Read every feed whose time has come; returns how many usable signals they held.

    A demonstration asks nobody outside: its hazard is the one it was given.
    """
    if settings.MODE == "demo":
        return 0
    due = queries.feeds_due(clock.now())
    told = sum(len(read_feed(feed)) for feed in due)
    if due:
        _ask_soon()
    return told


def _ask_soon() -> None:
    try:
        with transaction.atomic():
            ask.defer()
    except AlreadyEnqueued:
        # It waits for the asking before it to end, and sees what was read just now.
        return


# A job of its own: no feed waits for the documents of another's events. And one at a time,
# since slow sources would take a worker's every place from those who lay out a warning.
@app.task(name="hazards.ask", lock="hazards.ask", queueing_lock="hazards.ask", pass_context=False)
def ask() -> int:
    """Ask every feed's sources for better areas; returns how many there were."""
    return sum(len(ask_for_areas(feed)) for feed in Feed.objects.order_by("id"))


def ask_for_areas(feed: Feed) -> list[Signal]:
    """Ask the sources of a feed's grave events for measured areas; returns those there are.

    What a list told stands until then, and where nothing comes. An event that its turn did
    not come to is as if nobody had thought of it: it comes first the next time.
    """
    way = Way(urlsplit(feed.url).hostname or "", until=time.monotonic() + fetch.LINKS_SECONDS)
    measured = []
    for signal in queries.to_ask_about(feed, now=clock.now()):
        if time.monotonic() > way.until:
            break
        wanted = Wanted(Source(signal.source), signal.facts, signal.sent)
        found = follow(wanted, way)
        better = actions.keep_area(signal=signal, found=found, now=clock.now(), actor=_ACTOR)
        measured += [better] if better else []
    return measured


def _readings(answer: fetch.Answer) -> list[Reading]:
    """The messages of an answer.

    :raises UnreadableError: if all of it is something else: a page of the day for those who sign
        in or come too early is another one each time, and a hundred such problems are none.
    """
    if answer.payload is None:
        return []
    readings = read_bytes(answer.payload, place_of_code)
    is_other = [one.identifier for one in readings] in ([""], [fingerprint(answer.payload)])
    if is_other and readings[0].outcome is Outcome.REFUSED and (why := readings[0].reason):
        raise UnreadableError(why.text, **why.values)
    return readings


def read_feed(feed: Feed) -> list[Signal]:
    """Read one feed now; a failure is written down beside it, not raised."""
    try:
        answer = fetch.fetch(feed.url, etag=feed.etag, modified=feed.modified)
        readings = _readings(answer)
    except UnreadableError as error:
        actions.note_health(feed=feed, failure=str(error), etag="", modified="", now=clock.now())
        return []
    kept: list[Signal] = []
    if readings:
        whole = fetch.complete(readings, address=feed.url, resolver=place_of_code)
        kept = actions.keep_readings(whole, feed=feed, now=clock.now(), actor=_ACTOR)
    # Only now: a message lost between reading and keeping must be asked for again.
    actions.note_health(
        feed=feed,
        failure="",
        etag=answer.etag,
        modified=answer.modified,
        now=clock.now(),
    )
    return kept
