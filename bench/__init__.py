"""The measured promises: each row beside its raw limit, measured in the same run.

A row is a module ``bench/<row>.py`` with ``run(options) -> dict``: ``value``, ``unit``,
``limit`` and ``ratio`` (both ``None`` where nothing bare compares), and what else the
row has to tell. The limit is the same work with none of our code in it.
"""

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class BenchOptions:
    """What a row may ask for; Django is set up over ``database_url`` when it runs."""

    people: int = 1_000_000
    database_url: str = ""
    # Seconds a row that measures a rate goes on; None for its own choice.
    seconds: float | None = None
    seed: int = 1


@dataclass
class Watch:
    """Seconds a block took; filled in when it ends."""

    seconds: float = field(default=0.0)

    def rate(self, number: int) -> float:
        """How many a second, for a ``number`` done in the block."""
        return number / self.seconds if self.seconds else math.inf


@contextmanager
def watch() -> Iterator[Watch]:
    """Time a block by the clock on the wall: waiting is part of a promise."""
    taken = Watch()
    begun = time.perf_counter()
    try:
        yield taken
    finally:
        taken.seconds = time.perf_counter() - begun


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest measured value that ``share`` of all do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


@dataclass(frozen=True)
class Round:
    """One measurement of ours and its limit, in the same unit, the more the better."""

    value: float
    limit: float

    @property
    def ratio(self) -> float:
        return self.value / self.limit


def middle_of[R: Round](rounds: Iterable[R]) -> tuple[R, dict[str, object]]:
    """The round whose ratio is in the middle; and the rates and ratios of all, by ratio.

    A machine that others share may be half as fast within seconds.
    """
    ordered = sorted(rounds, key=lambda one: one.ratio)
    rates = [round(one.value) for one in ordered]
    ratios = [round(one.ratio, 3) for one in ordered]
    return ordered[len(ordered) // 2], {"rates": rates, "ratios": ratios}


def entry(
    value: float, unit: str, *, limit: float | None = None, **more: object
) -> dict[str, object]:
    """A row's result, with its ratio to the limit."""
    ratio = None if not limit else round(value / limit, 3)
    return {
        "value": _short(value),
        "unit": unit,
        "limit": limit and _short(limit),
        "ratio": ratio,
    } | more


def _short(value: float) -> float:
    return round(value) if value >= 100 else round(value, 2)
