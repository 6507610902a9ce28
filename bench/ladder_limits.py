"""The two limits of the ladder, by real processes: jobs, drain and a sender with instant providers.

A text message goes to everybody, so slowly that a long queue stays. Some of those who wait
in it answer, and it is watched until nothing waits for them. Then the next step's time comes, by
mail, and it is watched until its last message has been handed over.
"""

import json
import random
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import connection

from bench import BenchOptions, entry, percentile
from bench.people import ensure_people
from bench.releasing import bench_signal, forget, officers, submitted
from bench.sending import local_server
from safeconduct.cli.family import Family
from safeconduct.ground.kernel import clock
from safeconduct.response.alerts.actions import release_alert
from safeconduct.response.alerts.models import Release
from safeconduct.response.ladder.models import Climb
from safeconduct.response.ladder.rules import lead
from safeconduct.response.ladder.terms import Step, stored
from safeconduct.wires.hazards.models import Signal
from safeconduct.wires.messaging.queries import batch_tally
from safeconduct.wires.messaging.terms import Channel

_LATER: Final = Step(Channel.EMAIL, 24 * 3600)
_STEPS: Final = (Step(Channel.SMS, 0), _LATER)
# So slow that most of the queue still waits when the next step begins.
_TEXTS_PER_SECOND: Final = 200
_ANSWERS: Final = 1000
_ANSWERED_OVER_SECONDS: Final = 20.0
_PATIENCE_SECONDS: Final = 240.0
_PAUSE_SECONDS: Final = 0.1
# The deadline lies ahead, as it would: a step for many is laid out before its time.
_AHEAD: Final = timedelta(seconds=12)
_ANSWER: Final = """
INSERT INTO intake_rawanswer (received_at, stated_at, channel, key, asked_id, answer, scope,
    sender, text, provider_id)
SELECT clock_timestamp(), clock_timestamp(), 1, gen_random_uuid(), id, 1, 0, '', '', ''
FROM unnest(%s::bigint[]) AS id
"""
_QUEUED: Final = """
SELECT d.recipient_id, a.id FROM messaging_delivery d
JOIN checkins_asked a ON a.incident_id = %s AND a.round_id = %s AND a.person_id = d.recipient_id
WHERE d.batch_id = %s AND d.channel = 1 AND d.state IN (0, 1) AND d.covers = 1 ORDER BY d.id
"""
_STILL: Final = """
SELECT recipient_id FROM messaging_delivery
WHERE batch_id = %s AND recipient_id = ANY(%s) AND state IN (0, 1)
"""
_LEFT: Final = """
SELECT recipient_id, handed_at FROM messaging_delivery
WHERE batch_id = %s AND recipient_id = ANY(%s) AND handed_at IS NOT NULL
"""
_MAILS: Final = """
SELECT count(*), count(*) FILTER (WHERE state < 2) FROM messaging_delivery
WHERE batch_id = %s AND channel = 2
"""
_SECOND: Final = """
SELECT min(handed_at), max(due_at), max(handed_at), count(*) FROM messaging_delivery
WHERE batch_id = %s AND channel = 2 AND due_at >= %s
"""


def run(options: BenchOptions) -> dict[str, object]:
    """The longest time, in seconds, from an answer until nothing waits or is held for its writer.

    Beside it how long after its deadline the next step's first message was handed over, its
    last one put into the outbox, and its last one handed over.
    """
    ensure_people(options)
    # An area for as many as were asked for, in however large a registry.
    signal = bench_signal(options.people)
    with ExitStack() as until_the_end:
        until_the_end.callback(forget, signal)
        folder = Path(until_the_end.enter_context(tempfile.TemporaryDirectory()))
        gateway = until_the_end.enter_context(local_server("local_gateway"))
        family = until_the_end.enter_context(Family(logs=folder))
        _start(family, gateway)
        release = _released(signal)
        waits, late = _answered(release)
        step = _stepped_over(release)
        asked = _one("SELECT count(*) FROM checkins_asked WHERE round_id = %s", release.round_id)[0]
    return entry(
        max(waits),
        "s",
        p50_s=round(percentile(waits, 0.5), 1),
        answers=len(waits),
        sent_late=late,
        people=asked,
        **step.figures(),
    )


@dataclass(frozen=True)
class _Begun:
    """Seconds from a step's deadline: to its first hand-off, last row, and last hand-off."""

    first: float
    queued: float
    last: float
    messages: int

    def figures(self) -> dict[str, float]:
        return {
            "step_first_s": round(self.first, 1),
            "step_queued_s": round(self.queued, 1),
            "step_last_s": round(self.last, 1),
            "step_messages": self.messages,
        }


def _start(family: Family, gateway: int) -> None:
    instant = {"kind": "http_json", "url": f"http://127.0.0.1:{gateway}/send"}
    given = {
        "sms": instant | {"channel": "sms", "per_second": _TEXTS_PER_SECOND},
        "mail": instant | {"channel": "email"},
    }
    surroundings = {"SAFECONDUCT_PROVIDERS": json.dumps(given)}
    for name, *words in (
        ("sender", "sender"),
        ("jobs", "worker", "--only", "jobs"),
        ("drain", "worker", "--only", "drain"),
    ):
        family.start(name, *words, restart=False, surroundings=surroundings)


def _released(signal: Signal) -> Release:
    writer, releaser = officers()
    alert = submitted(signal, writer)
    alert.steps, alert.steps_chosen = stored(_STEPS), True
    alert.save(update_fields=["steps", "steps_chosen"])
    release = release_alert(
        alert_id=alert.pk, version=alert.version, now=clock.now(), actor=releaser
    )
    deadline = time.monotonic() + 300
    while release.expanded_at is None:
        if time.monotonic() > deadline:
            raise TimeoutError("The release was not laid out.")
        time.sleep(0.5)
        release.refresh_from_db()
    return release


def _answered(release: Release) -> tuple[list[float], int]:
    """How long each answer took, and how many got a message five seconds after theirs or later."""
    chosen = _some_who_wait(release)
    said: dict[int, datetime] = {}
    freed: dict[int, float] = {}
    began = time.monotonic()
    while len(freed) < len(chosen):
        share = min(1.0, (time.monotonic() - began) / _ANSWERED_OVER_SECONDS)
        speaking = chosen[len(said) : int(share * len(chosen))]
        if speaking:
            _execute(_ANSWER, [asked_id for _, asked_id in speaking])
            said.update(dict.fromkeys((person_id for person_id, _ in speaking), clock.now()))
        waiting = [person_id for person_id in said if person_id not in freed]
        still = {person_id for (person_id,) in _all(_STILL, release.batch_id, waiting)}
        now = clock.now()
        freed |= {one: (now - said[one]).total_seconds() for one in waiting if one not in still}
        if time.monotonic() - began > _PATIENCE_SECONDS:
            raise TimeoutError(f"Only {len(freed)} of {len(chosen)} answers took effect.")
        time.sleep(_PAUSE_SECONDS)
    left = _all(_LEFT, release.batch_id, list(said))
    late = sum(at > said[person_id] + timedelta(seconds=5) for person_id, at in left)
    return list(freed.values()), late


def _some_who_wait(release: Release) -> list[tuple[Any, ...]]:
    """Recipients and their asked-ids, from the whole length of the queue: but its first, who
    get their message before it can be taken back."""
    incident_id = release.round.incident_id if release.round else 0
    queue = _all(_QUEUED, incident_id, release.round_id, release.batch_id)
    rest = queue[_TEXTS_PER_SECOND * 3 :]
    return random.Random(1).sample(rest, min(_ANSWERS, len(rest)))


def _stepped_over(release: Release) -> _Begun:
    """Bring the second step forward to a moment ahead, and watch it to its end."""
    climb = Climb.objects.get(batch_id=release.batch_id)
    tally = batch_tally([release.batch_id])
    ahead = _AHEAD + lead(tally.messages())
    due_at = clock.now() + ahead
    after = int((due_at - climb.began_at).total_seconds())
    due_at = climb.began_at + timedelta(seconds=after)
    climb.steps = stored((_STEPS[0], Step(Channel.EMAIL, after)))
    climb.save(update_fields=["steps"])
    deadline = time.monotonic() + ahead.total_seconds() + _PATIENCE_SECONDS
    while True:
        mails, open_ = _one(_MAILS, release.batch_id)
        climb.refresh_from_db()
        if climb.steps_done == len(_STEPS) and not open_:
            break
        if time.monotonic() > deadline:
            raise TimeoutError(f"{open_} of {mails} mails still wait.")
        time.sleep(0.5)
    since = _all(_SECOND, release.batch_id, due_at - timedelta(seconds=1))[0]
    first, queued, last = ((at - due_at).total_seconds() for at in since[:3])
    return _Begun(first, queued, last, messages=since[3])


def _all(question: str, *values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 -- whatever SQL takes
    with connection.cursor() as cursor:
        cursor.execute(question, list(values))
        return list(cursor.fetchall())


def _one(question: str, *values: Any) -> tuple[Any, ...]:  # noqa: ANN401 -- whatever SQL takes
    return _all(question, *values)[0]


def _execute(statement: str, *values: Any) -> None:  # noqa: ANN401 -- whatever SQL takes
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
