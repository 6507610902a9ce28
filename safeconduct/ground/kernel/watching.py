"""Figures for those who keep the house running: how they are written, and who may read them.

The text format of Prometheus 0.0.4 is a line a figure; the library for it keeps registries
and threads of its own, and all we ever have is a list of figures read a moment ago.
"""

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Literal

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
PREFIX: Final = "safeconduct_"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure of a metric and what it is of."""

    value: float
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Metric:
    """Figures of one name. A ``counter`` only grows; its name ends in ``_total``."""

    name: str
    told: str
    samples: tuple[Sample, ...]
    kind: Literal["gauge", "counter"] = "gauge"


def metric(name: str, told: str, value: float | None, **labels: str) -> Metric:
    """A metric of one figure; without samples where there is no figure."""
    kind: Literal["gauge", "counter"] = "counter" if name.endswith("_total") else "gauge"
    samples = () if value is None else (Sample(value, labels),)
    return Metric(name, told, samples, kind)


def exposition(metrics: Iterable[Metric]) -> str:
    """All of it in Prometheus' text format, every name with our prefix."""
    return "".join(line for each in metrics for line in _lines(each))


def may_watch(*, token: str, shown: str, sender: str, host: str, proxied: bool) -> bool:
    """Whether a request may see figures: it shows the token, or comes from this very machine.

    What a proxy on this machine passes on also comes from it, so that neither a proxy's
    marks nor a public host name may be on it.
    """
    if token and hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
        return True
    return not proxied and _is_loopback(sender) and _is_loopback(_without_port(host))


def _lines(each: Metric) -> Iterable[str]:
    if not _NAME.fullmatch(each.name):
        raise ValueError(f"{each.name!r} is no name of a metric.")
    name = PREFIX + each.name
    yield f"# HELP {name} {each.told}\n# TYPE {name} {each.kind}\n"
    for sample in each.samples:
        labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in sample.labels.items())
        whose = f"{{{labels}}}" if labels else ""
        yield f"{name}{whose} {_figure(sample.value)}\n"


def _figure(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.3f}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _is_loopback(word: str) -> bool:
    if word == "localhost":
        return True
    try:
        return ip_address(word).is_loopback
    except ValueError:
        return False
