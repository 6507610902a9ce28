"""What messaging tells those above it."""

from dataclasses import dataclass

from safeconduct.ground.kernel.facts import Fact


@dataclass(frozen=True)
class BatchFinished(Fact):
    """Nothing of a batch waits any more; receipts may still come for a while."""

    batch_id: int
