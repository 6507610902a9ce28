"""The work list of those nobody reached: why, and what an officer can do next."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import officer_of
from safeconduct.ground.audit.looks import Why
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.access import officer_may
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.incidents.terms import INCIDENT
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.picture.registry.queries import have_kin
from safeconduct.picture.registry.rules import works
from safeconduct.picture.rollcall import queries as rollcall
from safeconduct.picture.rollcall import rules
from safeconduct.picture.rollcall.models import Attempt, Standing
from safeconduct.picture.rollcall.rules import Contact, Trace
from safeconduct.picture.rollcall.terms import VIEW, NextStep, Presence, Unreached
from safeconduct.portals.console.board.access import board_for
from safeconduct.portals.console.board.files import countries_in, file_of
from safeconduct.portals.console.board.forms import FilterForm
from safeconduct.portals.console.board.listed import note_listed
from safeconduct.portals.console.board.lists import anybody_asked, filter_form
from safeconduct.portals.console.board.rows import Row, names_of, rows_of
from safeconduct.response.checkins.models import Round
from safeconduct.wires.messaging.terms import Channel


@dataclass(frozen=True, slots=True)
class Task:
    """Somebody to reach; ``fellow`` is whom to ask.

    Numbers, and whom they let us call, are on the person's own page only, where opening it is
    written down.
    """

    row: Row
    why: Unreached
    step: NextStep
    fellow: int | None
    fellow_name: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of the list."""

    incident: Incident
    form: FilterForm
    tasks: list[Task]
    after: str
    # The filters that the page was narrowed by.
    by: rollcall.Filters
    asked: bool


@officer_may(VIEW)
def unreached(request: HttpRequest, incident_id: int, which: str) -> HttpResponse:
    """A page of the list, narrowed by what the address says."""
    page = _shown(request, incident_id, which)
    note_listed(request, _listed(page.tasks), Why(INCIDENT, incident_id))
    batches = batches_of(incident_id)
    counted = rollcall.divided(incident_id, page.by, batch_ids=batches, now=clock.now())
    shown = {"page": page, "incident": page.incident, "which": which, "counted": counted}
    response = render(request, "board/unreached.html", shown)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@officer_may(VIEW)
def save(request: HttpRequest, incident_id: int, which: str) -> HttpResponse:
    """The page as a file, as far as the officer's hour allows; with why, and what to do next."""
    page = _shown(request, incident_id, which)
    by_person = {one.row.standing.person_id: one for one in page.tasks}
    more = {
        "why not reached": {number: str(one.why.label) for number, one in by_person.items()},
        "what to do next": {number: str(one.step.label) for number, one in by_person.items()},
    }
    return file_of(request, page.incident, which, [one.row for one in page.tasks], more)


def _shown(request: HttpRequest, incident_id: int, which: str) -> Shown:
    incident, scope = board_for(request, incident_id)
    form = filter_form(request, incident.pk, scope)
    filters = form.filters(scope.countries, officer_of(request).pk)
    try:
        page = rollcall.unreached(
            incident.pk,
            filters,
            batch_ids=batches_of(incident.pk),
            now=clock.now(),
            through=which == "through",
            after=request.GET.get("after", ""),
        )
    except rollcall.PageLostError as refusal:
        raise Http404 from refusal
    tasks = tasks_of(incident.pk, page.rows, scope.countries)
    asked = bool(tasks) or anybody_asked(incident.pk, scope)
    return Shown(incident, form, tasks, page.after, filters, asked)


def _listed(tasks: Iterable[Task]) -> dict[int, str]:
    """Who is named on the page; whoever is to be asked is taken to be where their party is."""
    asked = {one.fellow: one.row.standing.country for one in tasks if one.fellow}
    return asked | countries_in(one.row for one in tasks)


def batches_of(incident_id: int) -> list[int]:
    """The batches of the incident's questions."""
    rounds = Round.objects.filter(incident_id=incident_id, batch_id__isnull=False)
    return [number for number in rounds.values_list("batch_id", flat=True) if number]


def tasks_of(
    incident_id: int,
    standings: Collection[Standing],
    countries: Collection[str] | None,
) -> list[Task]:
    """What to do for each, in their order; a fixed number of queries however many there are.

    Nobody outside ``countries`` (None: everywhere) is named as whom to ask.
    """
    fellows = _fellows(incident_id, standings, countries)
    names = names_of(fellows.values())
    kin = have_kin({standing.party_id for standing in standings})
    rows = rows_of(incident_id, standings)
    traces = _traces(incident_id, rows)
    return [
        _task(
            row,
            traces[row.standing.person_id]._replace(fellow=fellows.get(row.standing.person_id)),
            names,
            has_kin=row.standing.party_id in kin,
        )
        for row in rows
    ]


def _task(row: Row, trace: Trace, names: dict[int, str], *, has_kin: bool) -> Task:
    # Somebody deleted meanwhile has no name, and can be asked nothing.
    fellow = trace.fellow if trace.fellow in names else None
    trace = trace._replace(fellow=fellow, has_kin=has_kin)
    step, _number = rules.next_step(trace)
    return Task(
        row=row,
        why=rules.why_unreached(trace),
        step=step,
        fellow=trace.fellow if step is NextStep.PARTY else None,
        fellow_name=names.get(fellow or 0, ""),
    )


def _traces(incident_id: int, rows: Collection[Row]) -> dict[int, Trace]:
    people = [row.standing.person_id for row in rows]
    contacts: defaultdict[int, list[Contact]] = defaultdict(list)
    points = ContactPoint.objects.filter(person_id__in=people, channel__lt=Channel.CALL)
    for point in points.order_by("channel", "pk"):
        contacts[point.person_id].append(
            Contact(point.channel, point.address, works(point), point.stopped_at is not None)
        )
    attempts: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    tried = Attempt.objects.filter(incident_id=incident_id, person_id__in=people)
    for person_id, how, outcome in tried.values_list("person_id", "how", "outcome"):
        attempts[person_id].append((how, outcome))
    return {
        row.standing.person_id: Trace(
            contacts[row.standing.person_id],
            # A family's message went to one of it, and is among what was tried for each.
            {one.tried.state for one in row.tries},
            attempts[row.standing.person_id],
        )
        for row in rows
    }


def _fellows(
    incident_id: int, standings: Iterable[Standing], countries: Collection[str] | None
) -> dict[int, int]:
    """Of each person one of their party to ask: who was heard from, else who can be reached."""
    parties = {standing.person_id: standing.party_id for standing in standings}
    # By their numbers: a roll is not indexed by party, and a million rows are long to read.
    members = list(Person.objects.filter(party_id__in=set(parties.values())).values_list("pk"))
    known = Standing.objects.filter(
        incident_id=incident_id,
        person_id__in=[number for (number,) in members],
        party_id__in=set(parties.values()),
    ).exclude(presence=Presence.NEVER_THERE)
    if countries is not None:
        known = known.filter(country__in=countries)
    best: dict[int, list[int]] = defaultdict(list)
    for fellow in known.order_by("-heard_round", "-reachable", "person_id"):
        if fellow.heard_round or fellow.reachable:
            best[fellow.party_id].append(fellow.person_id)
    return {
        person_id: next(one for one in best[party_id] if one != person_id)
        for person_id, party_id in parties.items()
        if any(one != person_id for one in best[party_id])
    }
