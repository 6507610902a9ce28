"""What a warden sees: their people, the words to read out, and what they wrote down."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from safeconduct.picture.registry.models import Person
from safeconduct.picture.rollcall.models import Standing
from safeconduct.response.calls import rules
from safeconduct.response.calls.cautions import Caution, cautions_for
from safeconduct.response.calls.engine.script import Script, scripts_for
from safeconduct.response.calls.models import Call, WardenCall, WardenList
from safeconduct.response.calls.terms import UNDO_FOR, Outcome
from safeconduct.response.ladder.models import Climb
from safeconduct.wires.messaging.models import Batch, Delivery
from safeconduct.wires.messaging.terms import is_synthetic


@dataclass(frozen=True, slots=True)
class ToCall:
    """One person of the list.

    ``number`` is empty once the call is done, nobody is silent any more, the words have run
    out, in an exercise, and where somebody of the party asked not to be called.
    """

    call: WardenCall
    name: str
    number: str
    made_up: bool
    language: str
    # Whoever of the party is on the roll, with ids, where there are several.
    members: list[tuple[int, str]]
    choices: tuple[Outcome, ...]
    heard: bool
    over: bool
    exercise: bool
    no_call: bool
    outcome: str | Promise
    can_undo: bool

    @property
    def is_open(self) -> bool:
        return self.call.ended_at is None and not self.heard and not self.over


@dataclass(frozen=True, slots=True)
class Page:
    """A warden's list; ``scripts`` are the words of each alert in each language needed."""

    made: WardenList
    to_call: list[ToCall]
    scripts: list[Script]
    exercise: bool

    @property
    def left(self) -> int:
        return sum(one.is_open for one in self.to_call)


@dataclass(frozen=True, slots=True)
class _Known:
    deliveries: dict[int, Delivery]
    batches: dict[int, Batch]
    climbs: dict[int, Climb]
    people: dict[int, Person]
    parties: dict[int, list[Person]]
    standings: dict[tuple[int, int], Standing]
    outcomes: dict[int, Call]
    cautions: dict[int, Caution]


def page_of(made: WardenList, *, now: datetime) -> Page:
    """The page, in a fixed number of queries and two for each alert and language."""
    calls = list(made.calls.order_by("pk"))
    known = _known(made, calls)
    to_call = [_to_call(call, known, now) for call in calls]
    wanted = dict.fromkeys((one.call.batch_id, one.language) for one in to_call if one.is_open)
    scripts = [
        script
        for batch_id, language in wanted
        for script in scripts_for(batch_id, theirs=language, officers=made.language, name="…")
    ]
    return Page(
        made=made,
        to_call=sorted(to_call, key=lambda one: not one.is_open),
        scripts=list(dict.fromkeys(scripts)),
        exercise=any(one.exercise for one in to_call),
    )


def _known(made: WardenList, calls: Collection[WardenCall]) -> _Known:
    batches = {call.batch_id for call in calls}
    people = Person.objects.in_bulk([call.person_id for call in calls])
    parties: defaultdict[int, list[Person]] = defaultdict(list)
    fellows = Person.objects.filter(party_id__in={one.party_id for one in people.values()})
    for person in fellows.order_by("pk"):
        parties[person.party_id].append(person)
    standings = Standing.objects.filter(
        incident_id__in={call.incident_id for call in calls if call.incident_id},
        person_id__in=[person.pk for party in parties.values() for person in party],
    )
    sent = Delivery.objects.filter(
        batch_id__in=batches, id__in=[call.delivery_id for call in calls]
    )
    noted = Call.objects.filter(warden_list_id=made.pk).order_by("pk")
    return _Known(
        deliveries={row.id: row for row in sent},
        batches=Batch.objects.in_bulk(list(batches)),
        climbs={climb.batch_id: climb for climb in Climb.objects.filter(batch_id__in=batches)},
        people=people,
        parties=parties,
        standings={(row.incident_id, row.person_id): row for row in standings},
        outcomes={call.delivery_id: call for call in noted},
        cautions=cautions_for(list(parties)),
    )


def _to_call(call: WardenCall, known: _Known, now: datetime) -> ToCall:
    batch = known.batches[call.batch_id]
    sent, person = known.deliveries.get(call.delivery_id), known.people.get(call.person_id)
    climb, last = known.climbs.get(call.batch_id), known.outcomes.get(call.delivery_id)
    asks = climb is not None and climb.round_id is not None
    party = known.parties[person.party_id] if person else []
    roll = [
        (one, known.standings[call.incident_id or 0, one.pk])
        for one in party
        if (call.incident_id or 0, one.pk) in known.standings
    ]
    heard = asks and not any(row.heard_round < row.asked_round for _, row in roll)
    over = batch.stopped_at is not None or now >= batch.not_after or person is None
    no_call = person is not None and known.cautions.get(person.party_id, Caution()).no_call
    hidden = heard or over or batch.exercise or no_call or call.ended_at is not None
    address = sent.address if sent else ""
    return ToCall(
        call=call,
        name=_name(person) if person else "–",
        number="" if hidden else address,
        made_up=is_synthetic(address),
        language=sent.language if sent else "",
        members=[(one.pk, _name(one)) for one, _ in roll] if len(roll) > 1 else [],
        choices=rules.choices(asks=asks),
        heard=heard,
        over=over,
        exercise=batch.exercise,
        no_call=no_call,
        outcome=Outcome(last.outcome).label if last else "",
        can_undo=last is not None and last.settled_at is None and now < _undone_until(last),
    )


def _undone_until(call: Call) -> datetime:
    return (call.ended_at or call.taken_at) + UNDO_FOR


def _name(person: Person) -> str:
    return f"{person.given_name} {person.family_name}".strip()
