"""What a caller sees: the list, and the sheet of the call they are on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.functional import Promise

from safeconduct.ground.accounts.queries import officer_names
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.picture.registry.queries import shown_name
from safeconduct.picture.rollcall.models import Standing
from safeconduct.response.calls import rules
from safeconduct.response.calls.cautions import Caution, cautions_for
from safeconduct.response.calls.engine import listing
from safeconduct.response.calls.engine.listing import Counts, Entry, Narrowing
from safeconduct.response.calls.engine.script import Script, scripts_for
from safeconduct.response.calls.models import Call, WardenList
from safeconduct.response.calls.terms import HELD_FOR, SHOWN, UNDO_FOR, Outcome
from safeconduct.response.ladder.queries import climb_of
from safeconduct.wires.messaging.models import Batch, Delivery
from safeconduct.wires.messaging.terms import Channel, is_synthetic


@dataclass(frozen=True, slots=True)
class Listed:
    """The list as it stands, at most ``SHOWN`` lines of each part."""

    due: list[Entry]
    later: list[Entry]
    counts: Counts
    mine: Call | None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the party; ``silent`` until they, or somebody for them, were heard from."""

    person_id: int
    name: str
    born: object
    silent: bool
    is_called: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """A call that was made before to the same person for the same alert."""

    at: datetime
    outcome: str | Promise
    officer: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything a caller needs.

    ``number`` is empty in an exercise: nobody real is rung. Once ``over``, the words are
    withdrawn or have run out: neither they nor a number are shown. Nor is a number where
    somebody of the party asked not to be called.
    """

    call: Call
    person: Person | None
    number: str
    other_numbers: list[str]
    made_up: bool
    exercise: bool
    over: bool
    urgent: bool
    tries: int
    held_until: datetime
    members: list[Member]
    scripts: list[Script]
    earlier: list[Earlier]
    choices: tuple[Outcome, ...]
    heard_meanwhile: bool
    caution: Caution


def listed(narrowing: Narrowing, *, officer_id: int, now: datetime) -> Listed:
    """What is to be called now and later; neither names nor numbers."""
    return Listed(
        due=listing.due(narrowing, now=now, limit=SHOWN),
        later=listing.later(narrowing, now=now, limit=SHOWN),
        counts=listing.counts(narrowing, now=now),
        mine=Call.objects.filter(
            officer_id=officer_id, ended_at=None, taken_at__gte=now - HELD_FOR
        ).first(),
    )


def sheet_of(
    call: Call, *, countries: Collection[str] | None, language: str, now: datetime
) -> Sheet:
    """The sheet of a call; ``language`` is the officer's.

    Of the party only who stands in ``countries`` (None: anywhere) is named, and their numbers.
    """
    delivery = Delivery.objects.filter(batch_id=call.batch_id, id=call.delivery_id).first()
    batch = Batch.objects.get(pk=call.batch_id)
    person = Person.objects.filter(pk=call.person_id).first()
    address = delivery.address if delivery else ""
    theirs = delivery.language if delivery else language
    party, standings = _party(call, countries)
    members = _members(call, party, standings)
    silent = any(member.silent for member in members)
    name = shown_name(person.given_name, person.family_name) if person else "–"
    climb = climb_of(call.batch_id)
    # An alert is corrected by being stopped first.
    over = batch.stopped_at is not None or now >= batch.not_after
    caution = _caution(person)
    unrung = over or batch.exercise or caution.no_call
    asks = climb is not None and climb.round_id is not None
    return Sheet(
        call=call,
        person=person,
        number="" if unrung else address,
        other_numbers=[] if unrung else _other_numbers(party, address),
        made_up=is_synthetic(address),
        exercise=batch.exercise,
        over=over,
        urgent=batch.lane == 0,
        tries=(delivery.attempts if delivery else 0) + 1,
        held_until=call.taken_at + HELD_FOR,
        members=members,
        scripts=[]
        if over
        else scripts_for(call.batch_id, theirs=theirs, officers=language, name=name),
        earlier=_earlier(call),
        choices=rules.choices(asks=asks),
        heard_meanwhile=asks and not silent,
        caution=caution,
    )


def _caution(person: Person | None) -> Caution:
    if person is None:
        return Caution()
    return cautions_for([person.party_id]).get(person.party_id, Caution())


def can_undo(call: Call, *, now: datetime) -> bool:
    """Whether an outcome has not taken effect yet."""
    return call.ended_at is not None and call.settled_at is None and now < call.ended_at + UNDO_FOR


def last_ended(officer_id: int) -> Call | None:
    """The call this officer ended last, with their own voice."""
    ended = Call.objects.filter(officer_id=officer_id, warden_list_id=None, ended_at__isnull=False)
    return ended.order_by("-ended_at", "-id").first()


def unsettled() -> list[int]:
    """Calls that ended and whose outcome does not hold yet, oldest first."""
    found = Call.objects.filter(settled_at=None, ended_at__isnull=False)
    return list(found.order_by("ended_at", "pk").values_list("pk", flat=True)[:500])


@dataclass(frozen=True, slots=True)
class Handed:
    """A warden's list, how many people are on it and of how many something was written down."""

    made: WardenList
    people: int
    done: int
    officer: str
    is_open: bool


def warden_lists(countries: Collection[str] | None, *, now: datetime) -> list[Handed]:
    """Lists of the last two days over people in these countries (None: all), newest first."""
    found = WardenList.objects.filter(made_at__gt=now - timedelta(days=2))
    if countries is not None:
        found = found.filter(country__in=countries)
    counted = list(
        found.annotate(people=Count("calls"), done=Count("calls__ended_at")).order_by(
            "-made_at", "-pk"
        )[:SHOWN]
    )
    names = officer_names(made.made_by_id for made in counted)
    return [
        Handed(made, made.people, made.done, names.get(made.made_by_id, ""), made.is_open(now))
        for made in counted
    ]


def _party(call: Call, countries: Collection[str] | None) -> tuple[list[Person], list[Standing]]:
    """Whoever was called and the others of the party, as far as the officer's posts reach."""
    party = Person.objects.filter(pk=call.person_id).values("party_id")
    people = list(Person.objects.filter(party_id__in=party).order_by("pk")[:20])
    standings = list(
        Standing.objects.filter(
            incident_id=call.incident_id or 0, person_id__in=[person.pk for person in people]
        )
    )
    if countries is not None:
        there = {row.person_id for row in standings if row.country in countries}
        people = [one for one in people if one.pk in there or one.pk == call.person_id]
    return people, standings


def _members(call: Call, people: list[Person], standings: list[Standing]) -> list[Member]:
    """Whoever was called, and those of the party who are on the roll of the incident."""
    silent = {
        row.person_id: row.asked_round > 0 and row.heard_round < row.asked_round
        for row in standings
    }
    return [
        Member(
            person_id=person.pk,
            name=shown_name(person.given_name, person.family_name),
            born=person.birth_on,
            silent=silent.get(person.pk, False),
            is_called=person.pk == call.person_id,
        )
        for person in people
        if person.pk in silent or person.pk == call.person_id
    ]


def _other_numbers(party: list[Person], address: str) -> list[str]:
    points = ContactPoint.objects.filter(
        person_id__in=[person.pk for person in party], channel=Channel.SMS
    ).exclude(address=address)
    return list(dict.fromkeys(points.order_by("person_id", "pk").values_list("address", flat=True)))


def _earlier(call: Call) -> list[Earlier]:
    calls = Call.objects.filter(batch_id=call.batch_id, person_id=call.person_id)
    found = list(calls.exclude(pk=call.pk).order_by("-taken_at", "-pk")[:10])
    names = officer_names(one.officer_id for one in found)
    return [
        Earlier(
            at=one.ended_at or one.taken_at,
            outcome=Outcome(one.outcome).label if one.outcome else "",
            officer=names.get(one.officer_id, ""),
        )
        for one in found
    ]
