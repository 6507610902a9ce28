"""Reports of a set, filed: people into the registry, words into standings, calls into requests."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings

from safeconduct.ground.audit import actions as audit
from safeconduct.ground.kernel.actor import Actor, ActorKind
from safeconduct.ground.missions.queries import post_of_country
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.incidents.queries import open_incidents
from safeconduct.picture.registry.actions import TakenIn, take_in_report
from safeconduct.picture.registry.models import Person
from safeconduct.picture.rollcall.engine import rows
from safeconduct.picture.rollcall.engine.arriving import Arrival, enter
from safeconduct.picture.rollcall.engine.fold import Heard, fold
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.picture.rollcall.rules import Sighting
from safeconduct.picture.rollcall.terms import Presence, Witness
from safeconduct.response.cases.actions.opening import TOLD, Draft, open_or_add
from safeconduct.response.cases.engine.reading import Inbound
from safeconduct.response.cases.models import Call, Case, Report
from safeconduct.response.cases.terms import Way
from safeconduct.wires.intake.engine.reported import reference_of

_CITIZEN: Final = ActorKind.CITIZEN.value


@dataclass(slots=True)
class Filed:
    """A report with all that was found out about it."""

    inbound: Inbound
    taken: TakenIn
    # Whom of the party it speaks for, whoever speaks first.
    people: tuple[int, ...]
    incidents: list[Incident]
    row: Report


def file_reports(
    cursor: Cursor, inbounds: Sequence[Inbound], *, now: datetime, actor: Actor
) -> None:
    """File a set, in the caller's transaction. What was filed before changes nothing."""
    filed = _fresh(inbounds, now)
    _sight(cursor, filed, now)
    helping = [each for each in filed if each.inbound.asks_for_help]
    posts: dict[str, int | None] = {}
    for each in helping:
        country = each.taken.country
        if country not in posts:
            posts[country] = post_of_country(country) if country else None
        _ask(each, posts[country], now)
    if filed:
        audit.record(
            "cases.reports_filed",
            actor=actor,
            subject_kind="report",
            detail={"count": len(filed), "requests": len(helping)},
            now=now,
        )


def _fresh(inbounds: Sequence[Inbound], now: datetime) -> list[Filed]:
    """Those that say something new, taken into the registry."""
    keys = [inbound.raw.key for inbound in inbounds]
    known = {row.key: row for row in Report.objects.filter(key__in=keys)}
    covering = _covering()
    filed = []
    for inbound in inbounds:
        row = known.get(inbound.raw.key)
        if row is not None and inbound.digest in row.digests:
            continue
        # Nobody's deed by name: who sends a report is known to be somebody, that is all.
        taken = take_in_report(report=inbound.registered(), now=now, actor=Actor.citizen(None))
        known[inbound.raw.key] = row = _remembered(row, inbound, taken)
        incidents = covering.get(taken.country, []) if taken.country else []
        filed.append(Filed(inbound, taken, _spoken_for(inbound, taken), incidents, row))
    return filed


def _remembered(row: Report | None, inbound: Inbound, taken: TakenIn) -> Report:
    row = row or Report(key=inbound.raw.key, received_at=inbound.raw.received_at)
    row.party_id, row.stated_at = taken.party_id, inbound.stated_at
    row.is_safe = not inbound.asks_for_help
    # A page sent again and again is a handful of versions at most.
    row.digests = [*row.digests, inbound.digest][-20:]
    row.save()
    return row


def _spoken_for(inbound: Inbound, taken: TakenIn) -> tuple[int, ...]:
    """A known party's report speaks for all of them only where it says how many they are."""
    if taken.is_new or int(inbound.fields.get("people", 1)) >= len(taken.person_ids):
        return taken.person_ids
    return taken.person_ids[:1]


def _covering() -> Mapping[str, list[Incident]]:
    """Open incidents by country, the latest first."""
    found: defaultdict[str, list[Incident]] = defaultdict(list)
    for incident in open_incidents(None, exercise=settings.MODE == "exercise"):
        for country in incident.countries:
            found[country].append(incident)
    return found


def _sight(cursor: Cursor, filed: Sequence[Filed], now: datetime) -> None:
    """A word on everybody spoken for, in every open incident of the country they are in."""
    by_incident: defaultdict[int, list[Filed]] = defaultdict(list)
    opened_at: dict[int, datetime] = {}
    for each in filed:
        for incident in each.incidents:
            by_incident[incident.pk].append(each)
            opened_at[incident.pk] = incident.opened_at
    reach = _reach([person for each in filed for person in each.people])
    # Nobody lays out people who are registered by this very transaction.
    known = {one.pk for each in filed if not each.taken.is_new for one in each.incidents}
    rows.await_layouts(cursor, known)
    rows.hold(cursor, by_incident)
    for incident_id in sorted(by_incident):
        those = by_incident[incident_id]
        arrivals = [arrival for each in those for arrival in _arrivals(each, reach)]
        enter(cursor, incident_id, arrivals, now=now)
        heard = [word for each in those for word in _words(each, opened_at[incident_id])]
        fold(incident_id, heard, now=now)


def _reach(people: Sequence[int]) -> dict[int, int]:
    return dict(Person.objects.filter(pk__in=people).values_list("pk", "reach"))


def _arrivals(each: Filed, reach: Mapping[int, int]) -> list[Arrival]:
    taken = each.taken
    post_id = post_of_country(taken.country)
    return [
        Arrival(
            person, taken.party_id, taken.country, post_id, taken.cell, reach.get(person, 0) > 0
        )
        for person in each.people
    ]


def _words(each: Filed, opened_at: datetime) -> list[Heard]:
    inbound = each.inbound
    speaker = each.people[0]
    return [
        Heard(
            person,
            Sighting(
                Witness.SELF if person == speaker else Witness.PARTY,
                Presence.CONFIRMED,
                inbound.safety,
                inbound.said_at(opened_at),
                inbound.raw.received_at,
                speaker,
            ),
            _CITIZEN,
            speaker,
        )
        for person in each.people
    ]


def _ask(each: Filed, post_id: int | None, now: datetime) -> None:
    """Open the request, or add to the one that is open; the roll's calls are in it."""
    known = Case.objects.filter(pk=each.row.case_id).first() if each.row.case_id else None
    case = open_or_add(_draft(each, post_id), known=known, now=now)
    if each.row.case_id != case.pk:
        each.row.case = case
        each.row.save(update_fields=["case"])
    hold_calls(
        case,
        [(incident.pk, person) for incident in each.incidents for person in each.people],
        through=each.inbound.raw.received_at,
    )


def hold_calls(case: Case, calls: Sequence[tuple[int, int]], *, through: datetime) -> None:
    """Note that a request holds these calls (incident, person), up to a moment of calling."""
    hold_many_calls(
        [
            Call(incident_id=incident_id, person_id=person_id, case=case, through=through)
            for incident_id, person_id in calls
        ]
    )


def hold_many_calls(calls: Sequence[Call]) -> None:
    """Note which requests hold these calls; a later request takes them over."""
    Call.objects.bulk_create(
        calls,
        update_conflicts=True,
        unique_fields=["incident_id", "person_id"],
        update_fields=["case", "through"],
    )


def _draft(each: Filed, post_id: int | None) -> Draft:
    inbound = each.inbound
    fields = inbound.fields
    position = {name: fields[name] for name in ("lat", "lon", "accuracy") if name in fields}
    incident = each.incidents[0] if each.incidents else None
    return Draft(
        way=Way.APP,
        reference=reference_of(inbound.raw.key),
        stated_at=inbound.stated_at,
        received_at=inbound.raw.received_at,
        language=inbound.text("lang") or "en",
        person_id=each.people[0],
        party_id=each.taken.party_id,
        people=each.people,
        incident_id=incident.pk if incident else None,
        country=each.taken.country,
        post_id=post_id,
        need=inbound.need,
        exercise=incident.exercise if incident else settings.MODE == "exercise",
        words=inbound.text("words"),
        details={name: fields[name] for name in TOLD if fields.get(name)},
        position=position or None,
        photos=inbound.photos(),
    )
