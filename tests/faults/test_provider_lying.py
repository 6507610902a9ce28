"""A provider that lies about what it did: early, twice, late, the opposite, about strangers."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from safeconduct.wires.messaging import queries
from safeconduct.wires.messaging.engine.references import reference
from safeconduct.wires.messaging.models import Receipt
from safeconduct.wires.messaging.terms import State
from tests import messages
from tests.doors import open_door
from tests.faults.test_sender import MANY, sender, until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
# A message goes up this ladder only. What failed for sure may still prove to have arrived.
ORDER = {State.WAITING: 0, State.CLAIMED: 0, State.HANDED: 1, State.DELIVERED: 3}
WANTED = {"delivered": State.DELIVERED, "failed": State.GAVE_UP}


@contextmanager
def liar(heard: Path, *strangers: str) -> Iterator[int]:
    command = [sys.executable, "-m", "bench.liar", "--delay-ms", "50", "--out", str(heard)]
    command += [word for name in strangers for word in ("--stranger", name)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


class Watch:
    """Looks at all messages of a batch again and again: no look may find one further back."""

    def __init__(self, batch_id: int) -> None:
        self._batch_id = batch_id
        self._rows: dict[int, State] = {}
        self.looks = 0

    def look(self) -> dict[int, State]:
        assert sum(tally(self._batch_id).values()) == MANY
        rows = messages.rows(self._batch_id, "id, state")
        now = {number: State(state) for number, state in rows}
        back = {
            number: (was, now[number])
            for number, was in self._rows.items()
            if ORDER.get(now[number], 2) < ORDER.get(was, 2)
        }
        assert not back
        self._rows, self.looks = now, self.looks + 1
        return now


def tally(batch_id: int) -> dict[State, int]:
    return queries.batch_tally([batch_id]).messages_by_state()


def test_every_message_ends_as_it_really_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, elsewhere = messages.batch(), messages.batch()
    messages.fill(batch.pk, MANY)
    heard = tmp_path / "heard.jsonl"
    # A batch that was forgotten, one without this message, and no reference at all.
    strangers = [reference(batch.pk + 1000, 1), reference(elsewhere.pk, 1), "x" * 50]
    watch = Watch(batch.pk)
    with liar(heard, *strangers) as port, open_door(tmp_path) as door:
        monkeypatch.setenv("SAFECONDUCT_ANSWER_URL", door.url)
        with sender(port):

            def over() -> bool:
                states = watch.look().values()
                lines = messages.lines(heard)
                return (
                    min(states) >= State.HANDED
                    and lines[-1:] == [{"quiet": True}]
                    and not Receipt.objects.exists()
                )

            until(over)
            found = watch.look()
    told = [line for line in messages.lines(heard) if "end" in line]
    ends = {line["reference"]: line["end"] for line in told}
    assert len(told) == len(ends) == MANY
    assert {reference(batch.pk, number): state for number, state in found.items()} == {
        name: WANTED[end] for name, end in ends.items()
    }
    delivered = sum(end == "delivered" for end in ends.values())
    assert tally(batch.pk) == {State.DELIVERED: delivered, State.GAVE_UP: MANY - delivered}
    assert not tally(elsewhere.pk)
    assert watch.looks > 10
