"""Local emergency numbers from our own file."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).resolve().parent.parent / "data/emergency.toml"
# 3GPP TS 22.101, clause 10.1: telephones recognise it as an emergency call in every network,
# whatever the country's own number is.
MOBILE: Final = "112"
SERVICES: Final = ("all", "police", "ambulance", "fire")


@dataclass(frozen=True, slots=True)
class LocalNumbers:
    """What to dial in a country, by service in the order of :data:`SERVICES`.

    Where ``is_known`` is false ``numbers`` is empty and only ``mobile`` helps: the number
    every mobile telephone takes for an emergency call, which some networks do not answer.
    """

    country: str
    numbers: dict[str, str]
    is_known: bool
    mobile: str
    sources: tuple[str, ...]
    checked_on: date


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def covered() -> list[str]:
    """Codes of the countries whose numbers we hold."""
    return sorted(_file()["country"])


def numbers_of(country: str) -> LocalNumbers:
    held = _file()["country"].get(country, {})
    return LocalNumbers(
        country=country,
        numbers={name: held[name] for name in SERVICES if name in held},
        is_known=bool(held),
        mobile=MOBILE,
        sources=tuple(_file()["sources"][key] for key in held.get("sources", [])),
        checked_on=_file()["checked_on"],
    )
