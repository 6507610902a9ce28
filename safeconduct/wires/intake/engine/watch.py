"""What a door tells those who watch it: nobody else learns more than that it works."""

from typing import Final

import orjson
from django.conf import settings

from safeconduct.ground.kernel.watching import CONTENT_TYPE, Metric, exposition, may_watch, metric
from safeconduct.wires.intake.engine.http import Request, Response, document
from safeconduct.wires.intake.engine.ledger import Ledger

_PROXIED: Final = (b"x-forwarded-for", b"x-forwarded-proto", b"forwarded", b"via", b"x-real-ip")
_KIND: Final = CONTENT_TYPE.encode()


def health(request: Request, ledger: Ledger) -> Response:
    """200 while an answer would be kept, 503 while not; to a watcher also why."""
    told: dict[str, object] = {"works": ledger.works}
    if is_watcher(request):
        told |= {
            "database": "away" if ledger.is_away else "here",
            "waiting": ledger.waiting,
            "journalled_bytes": ledger.journalled_bytes,
            "journal_files": ledger.journal_files,
        }
    return document(orjson.dumps(told), 200 if ledger.works else 503)


def metrics(request: Request, ledger: Ledger) -> Response | None:
    """This door's own figures; None for whoever may not see them."""
    if not is_watcher(request):
        return None
    headers = ((b"cache-control", b"no-store"), (b"content-type", _KIND))
    return Response(200, exposition(figures(ledger)).encode(), headers)


def figures(ledger: Ledger) -> list[Metric]:
    """Of one process: each worker of a door has its own, told apart by ``door``."""
    of = {"door": str(ledger.door)}
    return [
        metric("door_works", "Whether an answer would be kept.", float(ledger.works), **of),
        metric("door_database_up", "Whether it reaches PostgreSQL.", not ledger.is_away, **of),
        metric("door_accepted_total", "Answers kept since it started.", ledger.kept, **of),
        metric("door_journalled_total", "Of them, by the journal.", ledger.journalled, **of),
        metric("door_turned_away_total", "Answers it could not keep.", ledger.turned_away, **of),
        metric("door_waiting", "Answers waiting for their commit.", ledger.waiting, **of),
        metric("door_journal_bytes", "In journals on this disk.", ledger.journalled_bytes, **of),
        metric("door_journal_files", "Journals on this disk.", ledger.journal_files, **of),
    ]


def is_watcher(request: Request) -> bool:
    return may_watch(
        token=settings.WATCH_TOKEN,
        shown=request.header(b"authorization").decode("latin-1"),
        sender=request.sender,
        host=request.header(b"host").decode("latin-1"),
        proxied=any(request.header(name) for name in _PROXIED),
    )
