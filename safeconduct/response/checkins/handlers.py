"""What unclear answers do about news from the registry."""

from collections.abc import Sequence
from datetime import datetime

from safeconduct.ground.kernel import facts
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy.forgotten import Reaction, reactions
from safeconduct.picture.registry.events import PeopleForgotten
from safeconduct.response.checkins import actions, tasks


def connect() -> None:
    """Have a job written when people leave the registry."""
    facts.on(PeopleForgotten, _forget)
    reactions.register("checkins.person", Reaction("person", _forget_again))


def _forget(ids: dict[str, object]) -> None:
    people = ids["person_ids"]
    assert isinstance(people, tuple)  # noqa: S101 -- the fact says so
    tasks.forget_people.defer(person_ids=list(people))


def _forget_again(ids: Sequence[int], now: datetime, actor: Actor) -> None:
    """At once: after a restore nothing is served before it is done, and jobs wait for workers."""
    actions.forget_people(person_ids=ids, now=now, actor=actor)
