"""Why somebody got this and not that: the steps as one person meets them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.picture.registry.rules import works
from safeconduct.picture.rollcall.models import Standing
from safeconduct.picture.rollcall.queries import speaks_to_member
from safeconduct.response.ladder import rules
from safeconduct.response.ladder.models import Climb
from safeconduct.response.ladder.rules import Rung
from safeconduct.response.ladder.terms import FAILED, POINT_OF, Step, StopsOn, steps_from
from safeconduct.wires.messaging.engine.spoken import spoken_to
from safeconduct.wires.messaging.models import Delivery
from safeconduct.wires.messaging.queries import proves_nothing, untrue_receipts
from safeconduct.wires.messaging.terms import Channel, State, is_synthetic


class Unused(StrEnum):
    """Why no message of this alert went to a contact point."""

    NO_STEP = "no_step"
    FAILED = "failed"
    STOPPED = "stopped"
    ANOTHER = "another"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Point:
    """A contact point, the messages of this alert that went to it, or why none did."""

    point: ContactPoint
    unused: Unused | None
    made_up: bool


@dataclass(frozen=True, slots=True)
class Met:
    """A step as this person meets it: when it is planned, and the message made of it."""

    step: Step
    planned_at: datetime | None
    delivery: Delivery | None
    # The message went to somebody else of the party, at an address they share.
    through_id: int | None


@dataclass(frozen=True, slots=True)
class Next:
    """What happens next and when; without a step nothing does."""

    step: Step | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Story:
    """One person and one batch."""

    person: Person
    steps: list[Met]
    points: list[Point]
    next: Next
    heard: bool
    proven: bool
    # A later alert has asked the same question: its steps hold now.
    asked_again: bool

    @property
    def cohort(self) -> list[Step]:
        """The steps this person has a contact point for."""
        return [met.step for met in self.steps if met.planned_at is not None]


def story_of(climb: Climb, person: Person) -> Story:
    """The story, in a fixed number of queries."""
    points = list(ContactPoint.objects.filter(person=person).order_by("channel", "pk"))
    steps = steps_from(climb.steps)
    met = _met(climb, person, points)
    heard = _heard(climb, person)
    proven = any(_proves(one.delivery) for one in met)
    again = climb.stops_on == StopsOn.ANSWER and _asked_again(climb, person)
    done = again or (heard if climb.stops_on == StopsOn.ANSWER else proven)
    return Story(
        person=person,
        steps=met,
        points=[
            Point(point, _unused(point, climb, steps, met), is_synthetic(point.address))
            for point in points
        ],
        next=Next(None, None) if done or climb.ended_at else _next(met),
        heard=heard,
        proven=proven,
        asked_again=again,
    )


def _met(climb: Climb, person: Person, points: Sequence[ContactPoint]) -> list[Met]:
    party = list(Person.objects.filter(party_id=person.party_id).values_list("pk", flat=True))
    addresses = {point.address for point in points}
    sent = Delivery.objects.filter(batch_id=climb.batch_id, recipient_id__in=party)
    was_theirs = {delivery for _, _, delivery in spoken_to([person.pk], [climb.batch_id])}
    theirs: dict[int, Delivery] = {}
    # Their own message last, so that it stands before one they share.
    for row in sorted(sent, key=lambda row: (row.recipient_id == person.pk, row.id)):
        if row.recipient_id == person.pk or speaks_to_member(
            channel=row.channel,
            covers=row.covers,
            shares_address=row.address in addresses or row.id in was_theirs,
            members=len(party),
        ):
            theirs[row.channel] = row
    usable = [point.channel for point in points if _usable(point, climb)]
    planned = rules.rungs(steps_from(climb.steps), _taken(usable, theirs), began_at=climb.began_at)
    return [_step(rung, theirs.get(rung.step.channel), person) for rung in planned]


def _step(rung: Rung, sent: Delivery | None, person: Person) -> Met:
    shared = sent is not None and sent.recipient_id != person.pk
    return Met(
        step=rung.step,
        planned_at=rung.begins_at,
        delivery=sent,
        through_id=sent.recipient_id if sent and shared else None,
    )


def _proves(sent: Delivery | None) -> bool:
    if sent is None or sent.state != State.DELIVERED:
        return False
    if sent.channel != Channel.SMS:
        return True
    return not proves_nothing(sent.address, sent.country, untrue_receipts())


def _taken(usable: Collection[int], sent: Collection[int]) -> set[int]:
    # What was sent to may have failed since: it was a step of theirs all the same.
    return {*usable, *(POINT_OF[Channel(channel)] for channel in sent)}


def _usable(point: ContactPoint, climb: Climb) -> bool:
    return works(point) and (climb.despite_stop or point.stopped_at is None)


def _unused(
    point: ContactPoint, climb: Climb, steps: Sequence[Step], met: Sequence[Met]
) -> Unused | None:
    rows = [one.delivery for one in met if one.delivery is not None]
    if any(row.address == point.address for row in rows):
        return None
    channels = [step.channel for step in steps]
    if point.channel not in {int(POINT_OF[channel]) for channel in channels}:
        return Unused.NO_STEP
    if not works(point):
        return Unused.FAILED
    if point.stopped_at is not None and not climb.despite_stop:
        return Unused.STOPPED
    taken = any(row.channel == point.channel for row in rows)
    return Unused.ANOTHER if taken else Unused.NOT_YET


def _heard(climb: Climb, person: Person) -> bool:
    if climb.round is None or climb.incident_id is None:
        return False
    standing = Standing.objects.filter(incident_id=climb.incident_id, person_id=person.pk)
    return standing.filter(heard_round__gte=climb.round.number).exists()


def _asked_again(climb: Climb, person: Person) -> bool:
    if climb.round is None or climb.incident_id is None:
        return False
    standing = Standing.objects.filter(incident_id=climb.incident_id, person_id=person.pk)
    return standing.filter(asked_round__gt=climb.round.number).exists()


def _next(met: Sequence[Met]) -> Next:
    """The first step that has a message waiting, or none yet."""
    earlier_failed = True
    for one in met:
        if one.planned_at is None:
            continue
        if one.delivery is None:
            return Next(one.step, None if earlier_failed else one.planned_at)
        if one.delivery.state in {State.WAITING, State.CLAIMED}:
            return Next(one.step, one.delivery.due_at)
        earlier_failed = earlier_failed and State(one.delivery.state) in FAILED
    return Next(None, None)
