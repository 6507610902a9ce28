"""Opening incidents, adding to them, keeping their log, closing them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor, ActorKind
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.facts import announce
from safeconduct.picture.incidents import rules
from safeconduct.picture.incidents.events import IncidentClosed, IncidentDeclared
from safeconduct.picture.incidents.models import Incident, LogEntry
from safeconduct.picture.incidents.terms import Level, LogKind


class IncidentClosedError(Refusal):
    """Nothing more is added to a closed incident."""


class AnotherKindError(Refusal):
    """An exercise and what is real never share an incident."""


@transaction.atomic
def declare_incident(
    *,
    name: str,
    hazard: str,
    level: Level,
    exercise: bool,
    countries: Iterable[str],
    signal_id: int | None,
    names: Mapping[str, str] | None = None,
    now: datetime,
    actor: Actor,
) -> Incident:
    """Open an incident; the first line of its log says so.

    ``names`` are by language; a reader of none of them gets ``name``.
    """
    incident = Incident.objects.create(
        name=name[:120],
        names={language: said[:120] for language, said in (names or {}).items()},
        hazard=hazard,
        level=level,
        exercise=exercise,
        opened_at=now,
        countries=sorted(set(countries)),
        signal_id=signal_id,
    )
    write_log(incident=incident, kind=LogKind.DECLARED, now=now, actor=actor)
    _audit("incidents.declared", incident, actor, now)
    announce(IncidentDeclared(incident.pk))
    return incident


@transaction.atomic
def join_incident(
    *,
    incident_id: int,
    countries: Iterable[str],
    level: Level,
    exercise: bool,
    now: datetime,
    actor: Actor,
) -> Incident:
    """Add a warning's countries to an open incident. Its level may rise by that, never fall.

    :raises IncidentClosedError: if it was closed meanwhile.
    :raises AnotherKindError: if one of the two is an exercise and the other is not.
    """
    incident = _open_incident(incident_id)
    if incident.exercise != exercise:
        raise AnotherKindError(_("An exercise and a real incident cannot be joined."))
    incident.countries = rules.countries_together(incident.countries, countries)
    incident.level = max(incident.level, level)
    incident.save(update_fields=["countries", "level"])
    write_log(incident=incident, kind=LogKind.JOINED, now=now, actor=actor)
    _audit("incidents.joined", incident, actor, now)
    return incident


@transaction.atomic
def set_level(*, incident_id: int, level: Level, now: datetime, actor: Actor) -> Incident:
    """Raise or lower the consular level.

    :raises IncidentClosedError: if the incident is closed.
    """
    incident = _open_incident(incident_id)
    if incident.level == level:
        return incident
    incident.level = level
    incident.save(update_fields=["level"])
    detail: dict[str, object] = {"level": int(level)}
    write_log(incident=incident, kind=LogKind.LEVEL_SET, detail=detail, now=now, actor=actor)
    _audit("incidents.level_set", incident, actor, now, detail)
    return incident


@transaction.atomic
def add_note(*, incident_id: int, text: str, now: datetime, actor: Actor) -> LogEntry:
    """An officer's own words in the log; they may also be added after the end."""
    incident = Incident.objects.get(pk=incident_id)
    entry = write_log(incident=incident, kind=LogKind.NOTE, text=text.strip(), now=now, actor=actor)
    _audit("incidents.noted", incident, actor, now)
    return entry


@transaction.atomic
def close_incident(*, incident_id: int, now: datetime, actor: Actor) -> Incident:
    """End an incident. A second click changes nothing."""
    incident = Incident.objects.select_for_update().get(pk=incident_id)
    if incident.closed_at is not None:
        return incident
    incident.closed_at = now
    incident.save(update_fields=["closed_at"])
    write_log(incident=incident, kind=LogKind.CLOSED, now=now, actor=actor)
    _audit("incidents.closed", incident, actor, now)
    announce(IncidentClosed(incident.pk))
    return incident


def write_log(
    *,
    incident: Incident,
    kind: LogKind,
    now: datetime,
    actor: Actor,
    detail: dict[str, object] | None = None,
    text: str = "",
) -> LogEntry:
    """Append a line within the caller's transaction; ``detail`` holds ids, counts and terms."""
    return LogEntry.objects.create(
        incident=incident,
        at=now,
        kind=kind,
        detail=detail or {},
        text=text,
        officer_id=actor.id if actor.kind is ActorKind.OFFICER else None,
    )


def _open_incident(incident_id: int) -> Incident:
    incident = Incident.objects.select_for_update().get(pk=incident_id)
    if incident.closed_at is not None:
        raise IncidentClosedError(_("This incident is closed. Open a new one."))
    return incident


def _audit(
    kind: str,
    incident: Incident,
    actor: Actor,
    now: datetime,
    detail: dict[str, object] | None = None,
) -> None:
    record(
        kind,
        actor=actor,
        subject_kind="incident",
        subject_id=incident.pk,
        detail=detail,
        now=now,
    )
