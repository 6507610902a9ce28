"""What the registry does about news from beneath."""

from datetime import timedelta
from typing import Final

from procrastinate.types import TimeDeltaParams

from safeconduct.ground.kernel import facts
from safeconduct.picture.registry import tasks
from safeconduct.picture.registry.events import CodeAskedFor, ImportHandedIn, StillRoundOpened
from safeconduct.wires.messaging.events import BatchFinished

# Receipts keep coming after the last message has left: listen once more.
_LATE_RECEIPTS: Final = timedelta(hours=1)


def connect() -> None:
    """Have jobs written for the facts below."""
    facts.on(ImportHandedIn, _bring_in)
    facts.on(CodeAskedFor, _send_code)
    facts.on(StillRoundOpened, _ask_still_there)
    facts.on(BatchFinished, _learn_from)


def _bring_in(ids: dict[str, object]) -> None:
    tasks.run_import.defer(run_id=_number(ids["run_id"]))


def _send_code(ids: dict[str, object]) -> None:
    tasks.send_code.defer(code_id=_number(ids["code_id"]))


def _ask_still_there(ids: dict[str, object]) -> None:
    tasks.ask_still_there.defer(round_id=_number(ids["round_id"]))


def _learn_from(ids: dict[str, object]) -> None:
    batch_id = _number(ids["batch_id"])
    later: TimeDeltaParams = {"seconds": int(_LATE_RECEIPTS.total_seconds())}
    tasks.note_results.defer(batch_id=batch_id)
    tasks.note_results.configure(schedule_in=later).defer(batch_id=batch_id)


def _number(value: object) -> int:
    assert isinstance(value, int)  # noqa: S101 -- facts hold ids
    return value
