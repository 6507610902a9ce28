"""Reading the feeds, each as often as it says, and remembering how that went."""

from urllib.parse import urlsplit

from django.conf import settings
from procrastinate.contrib.django import app

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.wires.hazards import actions, queries
from safeconduct.wires.hazards.engine.fetch import complete, fetch
from safeconduct.wires.hazards.engine.geocodes import place_of_code
from safeconduct.wires.hazards.engine.reading import UnreadableError
from safeconduct.wires.hazards.engine.sniff import read_bytes
from safeconduct.wires.hazards.models import Feed, Signal

_ACTOR = Actor.system("hazards")


@app.periodic(cron="* * * * *")
@app.task(name="hazards.poll", queueing_lock="hazards.poll", pass_context=False)
def poll(timestamp: int) -> int:  # noqa: ARG001 -- procrastinate hands it to every periodic task
    """Read every feed whose time has come; returns how many usable signals they held.

    A demonstration asks nobody outside: its hazard is the one it was given.
    """
    if settings.MODE == "demo":
        return 0
    return sum(len(read_feed(feed)) for feed in queries.feeds_due(clock.now()))


def read_feed(feed: Feed) -> list[Signal]:
    """Read one feed now; a failure is written down beside it, not raised."""
    try:
        answer = fetch(feed.url, etag=feed.etag, modified=feed.modified)
    except UnreadableError as error:
        actions.note_health(feed=feed, failure=str(error), etag="", modified="", now=clock.now())
        return []
    kept: list[Signal] = []
    if answer.payload is not None:
        readings = read_bytes(answer.payload, place_of_code)
        host = urlsplit(feed.url).hostname or ""
        whole = complete(readings, host=host, resolver=place_of_code)
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
