"""What the list of calls does about news from the registry."""

from collections.abc import Sequence
from datetime import datetime

from safeconduct.ground.kernel import facts
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy.forgotten import Reaction, reactions
from safeconduct.picture.registry.events import PeopleForgotten
from safeconduct.response.calls import tasks
from safeconduct.response.calls.actions import forget_told_by


def connect() -> None:
    """Have a job written when people leave the registry."""
    facts.on(PeopleForgotten, _forget)
    reactions.register("calls.person", Reaction("person", _forget_again))


def _forget(ids: dict[str, object]) -> None:
    people = ids["person_ids"]
    assert isinstance(people, tuple)  # noqa: S101 -- the fact says so
    tasks.forget.defer(person_ids=list(people))


def _forget_again(ids: Sequence[int], now: datetime, actor: Actor) -> None:  # noqa: ARG001 -- as all of them
    """At once: after a restore nothing is served before it is done, and jobs wait for workers."""
    forget_told_by(person_ids=ids)
