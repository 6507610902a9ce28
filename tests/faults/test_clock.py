"""A machine's clock jumps while it works: nothing is lost, stranded or done twice."""

import signal
from pathlib import Path

import pytest
from django.db import connection

from safeconduct.wires.intake.models import RawAnswer
from tests import messages
from tests.doors import open_door
from tests.faults.test_intake import Storm
from tests.faults.test_sender import MANY, all_handed, gateway, heard_by, sender, until

pytestmark = [pytest.mark.faults, pytest.mark.faketime, pytest.mark.django_db(transaction=True)]
_FOLDERS = (Path("/usr/lib"), Path("/usr/local/lib"))
JUMPS = ("+20m", "-20m", "+0")


class Clock:
    """The wall clock of every process started with ``surroundings``; time itself goes on."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.jump("+0")
        library = next(path for root in _FOLDERS for path in root.rglob("libfaketimeMT.so.1"))
        self.surroundings = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            # What a person or a time server sets is the wall clock; nothing sets this one.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Files keep their dates, or every module would look newer than it was compiled.
            "NO_FAKE_STAT": "1",
        }

    def jump(self, by: str) -> None:
        draft = self._file.with_suffix(".draft")
        draft.write_text(by)
        draft.replace(self._file)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path)


def test_a_sender_whose_clock_jumps_loses_nothing_and_flags_what_it_repeats(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = messages.batch()
    messages.fill(batch.pk, MANY)
    with gateway(tmp_path) as (port, heard):
        for name, value in clock.surroundings.items():
            monkeypatch.setenv(name, value)
        with sender(port) as process:
            for so_far, jump in zip((50, 200, 350), JUMPS, strict=True):
                until(lambda so_far=so_far: heard_by(heard).total() > so_far)
                clock.jump(jump)
            until(lambda: all_handed(batch.pk))
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=90) == 0
        counts = heard_by(heard)
    # A busy machine may let a call run out of time; what went again for that is flagged. What a
    # jump alone made go again would not be.
    flagged = {
        address for address, twice in messages.rows(batch.pk, "address, maybe_twice") if twice
    }
    assert len(counts) == MANY
    assert {address for address, times in counts.items() if times > 1} <= flagged


def test_a_door_whose_clock_jumps_loses_no_answer(tmp_path: Path, clock: Clock) -> None:
    RawAnswer.objects.all().delete()
    with open_door(tmp_path, **clock.surroundings) as door:
        storm = Storm(door)
        try:
            for jump in JUMPS:
                storm.until(40)
                clock.jump(jump)
            storm.until(40)
        finally:
            received = storm.end()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked_id, count(DISTINCT key), max(received_at) - now()"
            " FROM intake_rawanswer GROUP BY 1"
        )
        kept = cursor.fetchall()
    assert received <= {asked_id for asked_id, _, _ in kept}
    # A commit of unknown outcome is journalled as well; the drain knows both by their key.
    assert all(keys == 1 for _, keys, _ in kept)
    # The clock did jump, or this would prove nothing.
    assert max(ahead.total_seconds() for *_, ahead in kept) > 600
