"""Durable reports a second through the real door, and filed afterwards: none lost, none doubled.

Half are sent twice, as a telephone does that lost our answer; one in ten has a photo of sixty
kilobytes. The limit is a bare door that copies lines as long as those without photos.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Final
from uuid import UUID

from django.db import connection

from bench import BenchOptions, entry
from bench.intake import OURS, serving, storm
from safeconduct.response.cases.engine.drain import Drain
from safeconduct.response.cases.models import Case, Report

BARE: Final = "bench.bare_door:reports"
_REPORTS: Final = 6_000
_FILED: Final = 300
_SECONDS: Final = 60.0
_BOUNDARY: Final = "----safeconduct-bench"
_WORDS: Final = "We are on the third floor and the stairs are gone. Two children are with us. "


def run(options: BenchOptions) -> dict[str, object]:
    """Reports a second with ``p99_ms``; ``filed_per_s`` become people and requests."""
    requests = _requests(options.seed)
    # Every phone of the bench has one address: of a crowd, photos would be left out.
    os.environ["SAFECONDUCT_REPORTS_A_MINUTE"] = "1000000"
    _rows("TRUNCATE intake_rawreport")
    with _bare_table():
        before = _measured(BARE, requests)
        ours = _measured(OURS, requests)
        after = _measured(BARE, requests)
    kept, keys = _rows("SELECT count(*), count(DISTINCT key) FROM intake_rawreport")[0]
    filed = _filed()
    _rows("TRUNCATE intake_rawreport")
    return entry(
        ours["rate"],
        "reports/s",
        limit=(before["rate"] + after["rate"]) / 2,
        p50_ms=round(ours["p50_ms"], 1),
        p99_ms=round(ours["p99_ms"], 1),
        lost=int(ours["acknowledged"]) - int(str(kept)),
        repeated=filed["repeated"],
        acknowledged=ours["acknowledged"],
        refused=ours["refused"],
        keys=keys,
        filed_per_s=filed["rate"],
    )


def _requests(seed: int) -> list[str]:
    random = Random(seed)
    photo = _photo(random)
    made = [_request(UUID(int=random.getrandbits(128)), photo) for _ in range(_REPORTS // 2)]
    return [request for request in made for _ in range(2)]


def _request(key: UUID, photo: str) -> str:
    fields = {
        "key": str(key),
        "what": "trapped",
        "country": "TR",
        "lang": "az",
        "words": _WORDS * 3,
    }
    kind = f"multipart/form-data; boundary={_BOUNDARY}"
    body = "".join(
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    if key.int % 10 == 0:
        head = 'Content-Disposition: form-data; name="photo"; filename="a.jpg"'
        body += f"--{_BOUNDARY}\r\n{head}\r\nContent-Type: image/jpeg\r\n\r\n{photo}\r\n"
    body += f"--{_BOUNDARY}--\r\n"
    return (
        "POST /help HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n"
        f"content-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    )


def _photo(random: Random) -> str:
    """Sixty kilobytes that begin like a WebP, in letters that are one byte each."""
    filler = "".join(random.choices("abcdefghijklmnop", k=60_000))
    return f"RIFF{filler}"


def _measured(target: str, requests: Sequence[str]) -> dict[str, float]:
    with serving(target, 1) as port:
        found = storm(port, _SECONDS, requests=list(requests))
    return {name: float(value) for name, value in found.items()}


def _filed() -> dict[str, object]:
    """How many a second the drain files, of some hundreds; a key filed twice is ``repeated``."""
    _rows(
        "DELETE FROM intake_rawreport WHERE id NOT IN"
        f" (SELECT id FROM intake_rawreport ORDER BY id LIMIT {_FILED})"
    )
    wanted = int(str(_rows("SELECT count(DISTINCT key) FROM intake_rawreport")[0][0]))
    cases, reports = Case.objects.count(), Report.objects.count()
    began, drain = time.perf_counter(), Drain()
    while drain.run_once():
        pass
    took = time.perf_counter() - began
    repeated = abs(Case.objects.count() - cases - wanted) + abs(
        Report.objects.count() - reports - wanted
    )
    return {"rate": round(_FILED / took), "repeated": repeated}


@contextmanager
def _bare_table() -> Iterator[None]:
    _rows("DROP TABLE IF EXISTS bench_bare_report")
    _rows("CREATE TABLE bench_bare_report (LIKE intake_rawreport INCLUDING ALL)")
    try:
        yield
    finally:
        _rows("DROP TABLE bench_bare_report")


def _rows(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []
