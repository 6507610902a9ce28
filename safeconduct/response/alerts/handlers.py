"""What alerts do about news from beneath."""

from safeconduct.ground.kernel import facts
from safeconduct.response.alerts import tasks
from safeconduct.wires.messaging.events import BatchFinished


def connect() -> None:
    """Have jobs written for the facts below."""
    facts.on(BatchFinished, _note_told)


def _note_told(ids: dict[str, object]) -> None:
    batch_id = ids["batch_id"]
    assert isinstance(batch_id, int)  # noqa: S101 -- facts hold ids
    tasks.note_told.defer(batch_id=batch_id)
