"""What the roll does about news from the registry."""

from safeconduct.ground.kernel import facts
from safeconduct.picture.registry.events import PeopleForgotten
from safeconduct.picture.rollcall import tasks


def connect() -> None:
    """Have a job written whenever people leave the registry."""
    facts.on(PeopleForgotten, _forget)


def _forget(ids: dict[str, object]) -> None:
    people = ids["person_ids"]
    assert isinstance(people, tuple)  # noqa: S101 -- the fact says so
    tasks.forget_people.defer(person_ids=list(people))
