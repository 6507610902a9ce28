"""The next step for everybody who stays silent, beside a bare INSERT … SELECT anti-join."""

import time
from datetime import datetime, timedelta

from django.db import connection

from bench import BenchOptions, entry, watch
from bench.people import ensure_people
from bench.releasing import bench_signal, forget, officers, submitted
from safeconduct.ground.kernel import clock
from safeconduct.response.alerts.actions import expand_next, release_alert
from safeconduct.response.alerts.models import Release
from safeconduct.response.ladder.engine.climbing import look
from safeconduct.response.ladder.models import Climb
from safeconduct.response.ladder.terms import Step, stored
from safeconduct.wires.messaging.terms import Channel

_WAIT_SECONDS = 60
_PATIENCE_SECONDS = 600
_STEPS = (Step(Channel.SMS, 0), Step(Channel.EMAIL, _WAIT_SECONDS))
# Everybody asked whose standing is silent and who has no mail of this batch yet.
_BARE = """
    INSERT INTO bench_delivery (recipient_id, subject_id, post_id, channel, address, language,
        country, covers, batch_id, state, due_at)
    SELECT a.person_id, a.id, a.post_id, 2, k.address, p.language, s.country, 1, a.round_id, 0,
        now()
    FROM checkins_asked a
    JOIN rollcall_standing s ON s.incident_id = a.incident_id AND s.person_id = a.person_id
        AND s.heard_round < 1
    JOIN registry_person p ON p.id = a.person_id
    JOIN registry_contactpoint k ON k.person_id = a.person_id AND k.channel = 2
        AND (k.last_failed_at IS NULL OR k.last_worked_at > k.last_failed_at)
    LEFT JOIN messaging_delivery d ON d.batch_id = %(batch)s AND d.recipient_id = a.person_id
        AND d.channel = 2
    WHERE a.incident_id = %(incident)s AND a.round_id = %(round)s AND d.id IS NULL
    ON CONFLICT DO NOTHING
"""


def run(options: BenchOptions) -> dict[str, object]:
    """Silent people a second who are looked at and, where they have a mail address, written to.

    Everybody has been sent an SMS and nobody has answered; then the second step's time comes.
    """
    people = ensure_people(options)
    signal = bench_signal(people)
    writer, releaser = officers()
    alert = submitted(signal, writer)
    alert.steps, alert.steps_chosen = stored(_STEPS), True
    alert.save(update_fields=["steps", "steps_chosen"])
    try:
        release = release_alert(
            alert_id=alert.pk, version=alert.version, now=clock.now(), actor=releaser
        )
        while expand_next(release_id=release.pk, now=clock.now()):
            pass
        silent, before = _silent(release), _mails(release)
        # First, since ours changes what it asks.
        bare = _bare_seconds(release)
        seconds = _step_over(release)
        added = _mails(release) - before
    finally:
        forget(signal)
    return entry(
        silent / seconds,
        "people/s",
        limit=silent / bare,
        people=silent,
        messages=added,
        messages_per_second=round(added / seconds),
        seconds=round(seconds, 2),
    )


def _step_over(release: Release) -> float:
    """Seconds until the second step has begun for everybody, look by look as its job does."""
    climb = Climb.objects.get(batch_id=release.batch_id)
    now = clock.now()
    _looked(climb, steps=1, now=now)
    with watch() as taken:
        _looked(climb, steps=len(_STEPS), now=now + timedelta(seconds=2 * _WAIT_SECONDS))
    return taken.seconds


def _looked(climb: Climb, *, steps: int, now: datetime) -> None:
    over = time.monotonic() + _PATIENCE_SECONDS
    while Climb.objects.get(pk=climb.pk).steps_done < steps:
        if time.monotonic() > over:
            raise TimeoutError(f"Step {steps} was not over within ten minutes.")
        look(climb_id=climb.pk, now=now)


def _bare_seconds(release: Release) -> float:
    incident_id = release.round.incident_id if release.round else 0
    known = {"batch": release.batch_id, "incident": incident_id, "round": release.round_id}
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_delivery (LIKE messaging_delivery INCLUDING ALL)")
        try:
            with watch() as taken:
                cursor.execute(_BARE, known)
        finally:
            cursor.execute("DROP TABLE bench_delivery")
    return taken.seconds


def _silent(release: Release) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM checkins_asked WHERE round_id = %s", [release.round_id]
        )
        return int(cursor.fetchone()[0])


def _mails(release: Release) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM messaging_delivery WHERE batch_id = %s AND channel = %s",
            [release.batch_id, int(Channel.EMAIL)],
        )
        return int(cursor.fetchone()[0])
