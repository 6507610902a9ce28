"""Two providers, and one of them answers too late, or with a status that is no yes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import messages
from tests.faults.test_sender import MANY, all_handed, heard_by, safeconduct, until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
HANDS = 20


@contextmanager
def troubled(heard: Path, *, delay_ms: int, status: int) -> Iterator[int]:
    command = [sys.executable, "-m", "bench.slow", "--out", str(heard)]
    command += ["--delay-ms", str(delay_ms), "--status", str(status)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def to(port: int) -> dict[str, object]:
    url = f"http://127.0.0.1:{port}/send"
    return {"kind": "http_json", "channel": "sms", "url": url, "in_flight": HANDS}


# Test settings wait a second for an answer. Of 502 nobody knows whether it was taken.
@pytest.mark.parametrize(("delay_ms", "status"), [(3000, 200), (100, 502), (100, 503)])
def test_everything_arrives_through_the_other_and_repeats_are_flagged(
    tmp_path: Path, delay_ms: int, status: int
) -> None:
    batch = messages.batch()
    messages.fill(batch.pk, MANY)
    # Who answers in good time shall not be late only because the machine is busy.
    haste = "config.settings.test" if delay_ms > 1000 else "tests.faults.patient"
    bad, well = tmp_path / "bad.jsonl", tmp_path / "well.jsonl"
    with (
        troubled(bad, delay_ms=delay_ms, status=status) as bad_port,
        messages.local_server("local_gateway", "--delay-ms", "100", "--out", str(well)) as port,
        safeconduct("sender", providers={"good": to(port), "bad": to(bad_port)}, settings=haste),
    ):
        until(lambda: all_handed(batch.pk))
        taken, arrived = heard_by(bad), heard_by(well)
    assert len(arrived) == MANY
    rows = messages.rows(batch.pk, "address, maybe_twice, provider")
    assert {provider for _, _, provider in rows} == {"good"}
    flagged = {address for address, twice, _ in rows if twice}
    repeated = {address for address, times in (taken + arrived).items() if times > 1}
    assert repeated <= flagged
    # It lost its traffic with the first bad answers: what its hands held, and once more.
    assert taken.total() <= 3 * HANDS
    assert bool(taken) == (status != 503)
    if status == 503:
        assert not flagged
