"""Runs rows by name, prints what came out beside what was promised."""

import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Final

from bench import BenchOptions, hosts
from bench.promises import PROMISES

# Twenty minutes of its own, and what is fetched when it is wanted: asked for by name only.
ONLY_BY_NAME: Final = frozenset({"soak", "lighthouse"})
# A row that takes longer hangs: the slowest, a million people on a busy laptop, takes five minutes.
ROW_MINUTES: Final = 20
# What goes on for so long by design, and what it needs around it.
LONGER_MINUTES: Final = {"soak": 30}
_COLUMNS: Final = "{:<15} {:>12} {:<12} {:>12} {:>8} {:>8} {:>10}  {}"

type Result = dict[str, object]


def rows() -> list[str]:
    """The rows of a whole run here, faults among them, in the order of the promises."""
    left_out = ONLY_BY_NAME if hosts.permitted() else ONLY_BY_NAME | {"scale_out"}
    return [row for row in PROMISES if row not in left_out]


def run(
    names: Iterable[str], options: BenchOptions, say: Callable[[str], None]
) -> dict[str, Result]:
    """Measure each row; one that breaks is an entry with its ``error``, and the rest still run."""
    say(_COLUMNS.format("row", "value", "unit", "limit", "ratio", "gate", "promise", ""))
    results = {}
    for name in names:
        results[name] = _measured(name, options)
        say(_line(name, results[name]))
    return results


def passed(results: Mapping[str, Result]) -> bool:
    return all(PROMISES[name].passed_by(result) for name, result in results.items())


def _measured(name: str, options: BenchOptions) -> Result:
    # A row may fail in any way code can; the other figures are still wanted.
    try:
        with _at_most(LONGER_MINUTES.get(name, ROW_MINUTES) * 60):
            result: Result = import_module(f"bench.{name}").run(options)
    except subprocess.TimeoutExpired as failure:
        return {"error": f"A process did not end within {failure.timeout:.0f} seconds."}
    except Exception as failure:  # noqa: BLE001 -- reported as the row's result
        return {"error": f"{type(failure).__name__}: {failure}"}
    return result


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """:raises TimeoutError: in the middle of a block that goes on longer."""

    def tell(*_: object) -> None:
        raise TimeoutError(f"The row was given up after {seconds / 60:g} minutes.")

    before = signal.signal(signal.SIGALRM, tell)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _line(name: str, result: Result) -> str:
    promise = PROMISES[name]
    if "error" in result:
        return f"{name:<15} {result['error']}"
    verdict = "" if promise.passed_by(result) else "below the gate"
    if not verdict and not promise.kept_by(result):
        verdict = "promise missed"
    more = {
        key: value
        for key, value in result.items()
        if key not in {"value", "unit", "limit", "ratio"} and isinstance(value, int | float | str)
    }
    return _COLUMNS.format(
        name,
        _figure(result["value"]),
        str(result["unit"]),
        _figure(result.get("limit")),
        _figure(result.get("ratio")),
        promise.gate(),
        promise.wanted(),
        " ".join([verdict, *(f"{key}={value}" for key, value in more.items())]).strip(),
    )


def _figure(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else "–"
