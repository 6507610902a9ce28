"""What a door tells those who watch it: nobody else learns more than that it works."""

from collections.abc import Callable, Mapping
from typing import Final

import orjson
from django.conf import settings

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.watching import (
    CONTENT_TYPE,
    Metric,
    Sample,
    exposition,
    may_watch,
)
from safeconduct.wires.intake.engine.http import Request, Response, document
from safeconduct.wires.intake.engine.ledger import Ledger

# What a door keeps, by name; of the answers' it is told how it stands with the database.
type Ledgers = Mapping[str, Ledger]

ANSWERS: Final = "answers"
_PROXIED: Final = (b"x-forwarded-for", b"x-forwarded-proto", b"forwarded", b"via", b"x-real-ip")
_KIND: Final = CONTENT_TYPE.encode()


def health(request: Request, ledgers: Ledgers) -> Response:
    """200 while what comes would be kept, 503 while not; to a watcher also why."""
    works = all(ledger.works for ledger in ledgers.values())
    told: dict[str, object] = {"works": works}
    if is_watcher(request):
        answers = ledgers[ANSWERS]
        told |= {"database": "away" if answers.is_away else "here"}
        told |= _waits(answers)
        told |= {name: _waits(one) for name, one in ledgers.items() if name != ANSWERS}
    return document(orjson.dumps(told), 200 if works else 503)


def metrics(request: Request, ledgers: Ledgers) -> Response | None:
    """This door's own figures; None for whoever may not see them."""
    if not is_watcher(request):
        return None
    headers = ((b"cache-control", b"no-store"), (b"content-type", _KIND))
    return Response(200, exposition(figures(ledgers)).encode(), headers)


def figures(ledgers: Ledgers) -> list[Metric]:
    """Of one process: each worker of a door has its own, told apart by ``door``.

    What it keeps apart is told apart by ``kept``: answers, reports, receipts. What lies in
    journals of reports and receipts is also in the answers' figure, of the whole disk.
    """
    return [
        _metric("door_works", "Whether it would be kept.", ledgers, lambda it: it.works),
        _metric("door_database_up", "PostgreSQL is reached.", ledgers, lambda it: not it.is_away),
        _metric("door_accepted_total", "Kept since it started.", ledgers, lambda it: it.kept),
        _metric("door_journalled_total", "By the journal.", ledgers, lambda it: it.journalled),
        _metric("door_turned_away_total", "Not kept.", ledgers, lambda it: it.turned_away),
        _metric("door_waiting", "Waiting for their commit.", ledgers, lambda it: it.waiting),
        _metric("door_oldest_seconds", "Since the oldest is not in PostgreSQL.", ledgers, _age),
        _metric("door_journal_bytes", "In journals.", ledgers, lambda it: it.journalled_bytes),
        _metric("door_journal_files", "Journals.", ledgers, lambda it: it.journal_files),
    ]


def _metric(name: str, told: str, ledgers: Ledgers, of: Callable[[Ledger], float]) -> Metric:
    door = str(ledgers[ANSWERS].door)
    return Metric(
        name,
        told,
        tuple(
            Sample(float(of(one)), {"door": door, "kept": kept}) for kept, one in ledgers.items()
        ),
        "counter" if name.endswith("_total") else "gauge",
    )


def _waits(ledger: Ledger) -> dict[str, object]:
    return {
        "waiting": ledger.waiting,
        "oldest_seconds": round(_age(ledger), 1),
        "journalled_bytes": ledger.journalled_bytes,
        "journal_files": ledger.journal_files,
    }


def _age(ledger: Ledger) -> float:
    since = ledger.oldest_since
    return max(0.0, (clock.now() - since).total_seconds()) if since else 0.0


def is_watcher(request: Request) -> bool:
    return may_watch(
        token=settings.WATCH_TOKEN,
        shown=request.header(b"authorization").decode("latin-1"),
        sender=request.sender,
        host=request.header(b"host").decode("latin-1"),
        proxied=any(request.header(name) for name in _PROXIED),
    )
