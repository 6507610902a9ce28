"""What the registry tells those above it."""

from dataclasses import dataclass

from safeconduct.ground.kernel.facts import Fact


@dataclass(frozen=True)
class PeopleForgotten(Fact):
    """These people are gone from the registry; whatever else is kept of them goes too."""

    person_ids: tuple[int, ...]


@dataclass(frozen=True)
class ImportHandedIn(Fact):
    """A list waits to be brought in."""

    run_id: int


@dataclass(frozen=True)
class CodeAskedFor(Fact):
    """A one-time code waits to be sent, if anybody is behind its address."""

    code_id: int


@dataclass(frozen=True)
class StillRoundOpened(Fact):
    """Many are to be asked whether they are still there."""

    round_id: int
