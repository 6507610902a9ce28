"""What follows from a change of level."""

from safeconduct.ground.kernel import facts
from safeconduct.readiness.advice import tasks
from safeconduct.readiness.advice.events import LevelChanged


def connect() -> None:
    """Have jobs written for the facts below."""
    facts.on(LevelChanged, _ask_still_there)


def _ask_still_there(ids: dict[str, object]) -> None:
    edition_id = ids["edition_id"]
    assert isinstance(edition_id, int)  # noqa: S101 -- facts hold ids
    tasks.ask_still_there.defer(edition_id=edition_id)
