"""What the roll does about news from the registry."""

from collections.abc import Sequence
from datetime import datetime

from safeconduct.ground.kernel import facts
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy.forgotten import Reaction, reactions
from safeconduct.picture.incidents.events import IncidentClosed
from safeconduct.picture.registry.events import PeopleForgotten
from safeconduct.picture.registry.holds import HOLDS
from safeconduct.picture.rollcall import actions, queries, tasks
from safeconduct.picture.rollcall.events import CallClosed


def connect() -> None:
    """Have jobs written when people leave the registry or a call of theirs is closed."""
    HOLDS.register("rollcall.open_roll", queries.on_open_rolls)
    facts.on(PeopleForgotten, _forget)
    reactions.register("rollcall.person", Reaction("person", _forget_again))
    facts.on(CallClosed, _forget_left)
    facts.on(IncidentClosed, _forget_left)


def _forget(ids: dict[str, object]) -> None:
    people = ids["person_ids"]
    assert isinstance(people, tuple)  # noqa: S101 -- the fact says so
    tasks.forget_people.defer(person_ids=list(people))


def _forget_again(ids: Sequence[int], now: datetime, actor: Actor) -> None:
    """At once: after a restore nothing is served before it is done, and jobs wait for workers."""
    actions.forget_people(person_ids=ids, now=now, actor=actor)


def _forget_left(ids: dict[str, object]) -> None:
    """Whoever left the registry while calling for help may go now."""
    incident, person = ids["incident_id"], ids.get("person_id")
    assert isinstance(incident, int)  # noqa: S101 -- the fact says so
    assert person is None or isinstance(person, int)  # noqa: S101 -- as above
    tasks.forget_left.defer(incident_id=incident, person_id=person)
