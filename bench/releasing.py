"""Alerts that rows release, and how every trace of them is taken away again."""

from datetime import timedelta

from django.db import connection, transaction

from bench.people import area_of
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.partitions import drop_partition
from safeconduct.response.alerts.actions import draft_from_signal, submit_alert
from safeconduct.response.alerts.models import Alert
from safeconduct.wires.hazards.models import Signal

_BY_INCIDENT = ("checkins_asked", "checkins_reply", "rollcall_standing", "rollcall_sighting")
_ROWS = """
    SELECT r.batch_id, a.incident_id, a.id, r.id, r.audience_id
    FROM alerts_alert a LEFT JOIN alerts_release r ON r.alert_id = a.id WHERE a.signal_id = %s
"""
_DELETE = (
    ("DELETE FROM alerts_capmessage WHERE alert_id = ANY(%s)", 2),
    ("DELETE FROM alerts_release WHERE id = ANY(%s)", 3),
    ("DELETE FROM alerts_alerttext WHERE alert_id = ANY(%s)", 2),
    ("DELETE FROM alerts_alert WHERE id = ANY(%s)", 2),
    ("DELETE FROM checkins_askedblock WHERE incident_id = ANY(%s)", 1),
    ("DELETE FROM checkins_round WHERE incident_id = ANY(%s)", 1),
    ("DELETE FROM rollcall_tally WHERE incident_id = ANY(%s)", 1),
    ("DELETE FROM audiences_slice WHERE audience_id = ANY(%s)", 4),
    ("DELETE FROM audiences_audience WHERE id = ANY(%s)", 4),
    ("DELETE FROM ladder_climb WHERE batch_id = ANY(%s)", 0),
    ("DELETE FROM messaging_batchtext WHERE batch_id = ANY(%s)", 0),
    ("DELETE FROM messaging_batchtally WHERE batch_id = ANY(%s)", 0),
    ("DELETE FROM messaging_batch WHERE id = ANY(%s)", 0),
    ("DELETE FROM incidents_logentry WHERE incident_id = ANY(%s)", 1),
    ("DELETE FROM incidents_incident WHERE id = ANY(%s)", 1),
)


def bench_signal(people: int) -> Signal:
    """A severe signal over an area in which about so many people stay."""
    runs, _ = area_of(people)
    now = clock.now()
    return Signal.objects.create(
        source="bench",
        outcome="accepted",
        identifier=f"bench-{now.timestamp()}",
        sender="bench",
        sent=now,
        msg_type="Alert",
        hazard="earthquake",
        event="Bench",
        severity="Severe",
        urgency="Immediate",
        certainty="Observed",
        expires=now + timedelta(days=1),
        cells_from=runs.lows,
        cells_until=runs.highs,
        received_at=now,
    )


def officers() -> tuple[Actor, Actor]:
    """A writer and somebody else to release."""
    writer, releaser = (
        Officer.objects.get_or_create(email=f"{name}@bench.invalid", defaults={"name": name})[0]
        for name in ("writer", "releaser")
    )
    return Actor.officer(writer.pk), Actor.officer(releaser.pk)


def submitted(signal: Signal, writer: Actor) -> Alert:
    now = clock.now()
    alert = draft_from_signal(signal=signal, exercise=True, now=now, actor=writer)
    return submit_alert(alert_id=alert.pk, version=alert.version, now=now, actor=writer)


def forget(signal: Signal) -> None:
    """Take away the signal's alerts, incidents, batches, partitions and waiting jobs."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ROWS, [signal.pk])
        rows = cursor.fetchall()
        # An alert that was refused its release has neither release nor incident.
        ids = [sorted({row[column] for row in rows} - {None}) for column in range(5)]
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE (args->>'release_id')::bigint = ANY(%s)"
            " OR (args->>'incident_id')::bigint = ANY(%s)",
            [ids[3], ids[1]],
        )
        for statement, column in _DELETE:
            cursor.execute(statement, [ids[column]])
    for batch_id in ids[0]:
        drop_partition("messaging_delivery", batch_id)
    for incident_id in ids[1]:
        for parent in _BY_INCIDENT:
            drop_partition(parent, incident_id)
    signal.delete()
