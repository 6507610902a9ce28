"""What the list of calls does about news from the registry."""

from safeconduct.ground.kernel import facts
from safeconduct.picture.registry.events import PeopleForgotten
from safeconduct.response.calls import tasks


def connect() -> None:
    """Have a job written when people leave the registry."""
    facts.on(PeopleForgotten, _forget)


def _forget(ids: dict[str, object]) -> None:
    people = ids["person_ids"]
    assert isinstance(people, tuple)  # noqa: S101 -- the fact says so
    tasks.forget.defer(person_ids=list(people))
