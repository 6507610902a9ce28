"""What is promised on two cores, and the ratio to the raw limit below which a row fails."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Promise:
    """``at_least`` or ``at_most`` is the promise; ``ratio_…`` is the gate."""

    what: str
    at_least: float | None = None
    at_most: float | None = None
    ratio_at_least: float | None = None
    ratio_at_most: float | None = None
    # The largest value allowed for another key of the entry; part of the gate.
    also: Mapping[str, float] = field(default_factory=dict)

    def kept_by(self, result: Mapping[str, object]) -> bool:
        return _within(result.get("value"), self.at_least, self.at_most)

    def passed_by(self, result: Mapping[str, object]) -> bool:
        """Whether the gate lets it through; without a ratio the promise itself is the gate."""
        if "value" not in result:
            return False
        if not all(_within(result.get(key), None, bound) for key, bound in self.also.items()):
            return False
        if self.ratio_at_least is None and self.ratio_at_most is None:
            return self.kept_by(result)
        return _within(result.get("ratio"), self.ratio_at_least, self.ratio_at_most)

    def wanted(self) -> str:
        return _bounds(self.at_least, self.at_most)

    def gate(self) -> str:
        return _bounds(self.ratio_at_least, self.ratio_at_most)


PROMISES: Final[Mapping[str, Promise]] = {
    "audience": Promise(
        "count and page the people in an area of the registry", at_most=1000, ratio_at_most=5
    ),
    "release_commit": Promise("p99 of the release transaction", at_most=200),
    "expansion": Promise("delivery rows of one alert", at_least=50_000, ratio_at_least=0.25),
    "still_there": Promise(
        "parties of one country asked whether they are still there", ratio_at_least=0.1
    ),
    "ladder": Promise("silent people looked at when a step's time comes"),
    "ladder_limits": Promise(
        "longest time from an answer until nothing waits for its writer, in seconds",
        at_most=5,
        also={"sent_late": 0, "step_first_s": 30, "step_queued_s": 30},
    ),
    "handoff_0ms": Promise(
        "messages of one sender, instant provider", at_least=3000, ratio_at_least=0.5
    ),
    "handoff_100ms": Promise(
        "messages of one sender, provider takes 100 ms", at_least=2000, ratio_at_least=0.5
    ),
    "handoff_smtp": Promise("mails to a real local server", ratio_at_least=0.5),
    "first_handoff": Promise("p99 from release to first hand-off", at_most=1000),
    "intake": Promise(
        "durable answers",
        at_least=8000,
        ratio_at_least=0.4,
        also={"p99_ms": 100, "lost": 0},
    ),
    "reports": Promise(
        "durable reports (here, help), one in ten with a photo",
        at_least=200,
        also={"p99_ms": 250, "lost": 0, "repeated": 0},
    ),
    "drain": Promise("answers folded into standings", at_least=20_000, ratio_at_least=0.2),
    "drain_texts": Promise("text messages understood and folded"),
    "receipts": Promise("delivery receipts kept and folded", at_least=5000, also={"lost": 0}),
    "webhook": Promise(
        "text messages handed in by a gateway, each of them three times",
        at_least=2000,
        also={"p99_ms": 100, "lost": 0, "repeated": 0},
    ),
    "board": Promise("p95 of the board's data, 50 pollers", at_most=150),
    "answer_to_board": Promise(
        "p95 from an answer to the page of an officer that counts it, its second of polling"
        " included",
        at_most=2000,
        also={"missing": 0, "refused": 0},
    ),
    "not_reached": Promise(
        "p95 of a page of those nobody reached, where hardly anybody is", at_most=300
    ),
    "first_page": Promise(
        "a first page usable at 50 kbit/s and 600 ms", at_most=5000, ratio_at_most=2
    ),
    "lighthouse": Promise(
        "Lighthouse's performance, the lowest of the first pages; the rest is perfect",
        at_least=95,
        also={"not_perfect": 0},
    ),
    "scale_out": Promise(
        "messages of three hosts beside one, each capped at 300/s",
        at_least=2.7,
        also={"lost": 0, "stranded": 0, "unflagged": 0, "answers_lost": 0},
    ),
    "soak": Promise(
        "growth of memory in twenty minutes, in per cent",
        at_most=10,
        also={"p99_drift_percent": 20, "lost": 0},
    ),
    "faults": Promise(
        "answers and messages lost when processes are killed, a provider is slow, and one lies",
        at_most=0,
        also={"lost": 0, "stranded": 0, "unflagged": 0},
    ),
}


def _within(value: object, low: float | None, high: float | None) -> bool:
    if low is None and high is None:
        return True
    if not isinstance(value, int | float):
        return False
    return (low is None or value >= low) and (high is None or value <= high)


def _bounds(low: float | None, high: float | None) -> str:
    if low is not None:
        return f"≥ {low:g}"
    return "–" if high is None else f"≤ {high:g}"
