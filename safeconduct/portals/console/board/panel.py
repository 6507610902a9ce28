"""What the panel of one person shows."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.utils.functional import Promise

from safeconduct.ground.accounts.queries import officer_names
from safeconduct.picture.registry.models import ContactPoint, Person, Stay
from safeconduct.picture.registry.queries import kin_of
from safeconduct.picture.registry.rules import Kin
from safeconduct.picture.rollcall import queries as rollcall
from safeconduct.picture.rollcall.models import Standing
from safeconduct.picture.rollcall.terms import How, Outcome, Presence, Safety, Witness
from safeconduct.portals.console.board.rows import Row, rows_of
from safeconduct.portals.console.board.words import CHANNELS, PRESENCES, SAFETIES, WITNESSES
from safeconduct.wires.messaging.terms import Channel


@dataclass(frozen=True, slots=True)
class Said:
    """A sighting: what was said, by whom, when, and which officer wrote it down."""

    at: object
    safety: str | Promise
    presence: str | Promise
    witness: str | Promise
    told_by: str
    officer: str
    closes_help: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """An officer's attempt that reached nobody."""

    at: object
    how: str | Promise
    outcome: str | Promise
    officer: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A person in an incident; ``person`` is None once they have been deleted."""

    row: Row
    person: Person | None
    presence: str | Promise
    contacts: list[tuple[str | Promise, ContactPoint]]
    stays: list[Stay]
    said: list[Said]
    failed: list[Failed]
    party: list[Row]
    # Whom the party lets us call.
    kin: Kin | None


def panel(standing: Standing, countries: Collection[str] | None) -> Panel:
    """The panel, in a fixed number of queries; of the party who is in ``countries`` (None: all)."""
    incident_id, person_id = standing.incident_id, standing.person_id
    fellows = Standing.objects.filter(incident_id=incident_id, party_id=standing.party_id)
    if countries is not None:
        fellows = fellows.filter(country__in=countries)
    rows = rows_of(incident_id, [standing, *fellows.exclude(person_id=person_id)[:20]])
    contacts = ContactPoint.objects.filter(person_id=person_id).order_by("channel", "id")
    stays = Stay.objects.filter(person_id=person_id).select_related("country", "city")
    # Of the party only those are named whom the officer answers for.
    names = {row.standing.person_id: row.name for row in rows[1:]}
    return Panel(
        row=replace(rows[0], tries=[one.naming(names) for one in rows[0].tries]),
        person=Person.objects.filter(pk=person_id).first(),
        presence=PRESENCES[Presence(standing.presence)],
        contacts=[(CHANNELS[Channel(contact.channel)], contact) for contact in contacts],
        stays=list(stays.order_by("-stay_from", "id")[:10]),
        said=said_of(incident_id, person_id),
        failed=_failed(incident_id, person_id),
        party=rows[1:],
        kin=kin_of(standing.party_id),
    )


def said_of(incident_id: int, person_id: int) -> list[Said]:
    """Everything said of a person in an incident, the newest word first."""
    found = rollcall.sightings_of(incident_id, person_id)
    officers = officer_names(s.actor_id for s in found if s.actor_kind == "officer")
    return [
        Said(
            at=sighting.stated_at,
            safety=SAFETIES[Safety(sighting.safety)] if sighting.safety else "",
            presence=PRESENCES[Presence(sighting.presence)] if sighting.presence else "",
            witness=WITNESSES[Witness(sighting.witness)],
            told_by=sighting.told_by,
            officer=officers.get(sighting.actor_id or 0, ""),
            closes_help=sighting.closes_help_at is not None,
        )
        for sighting in found
    ]


def _failed(incident_id: int, person_id: int) -> list[Failed]:
    found = rollcall.attempts_of(incident_id, person_id)
    officers = officer_names(attempt.officer_id for attempt in found)
    return [
        Failed(
            at=attempt.at,
            how=How(attempt.how).label,
            outcome=Outcome(attempt.outcome).label,
            officer=officers.get(attempt.officer_id, ""),
        )
        for attempt in found
    ]
