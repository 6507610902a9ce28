"""Which column of a list fills which field."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from safeconduct.ground.kernel.names import latin_key
from safeconduct.picture.registry.engine.lists.records import ListRefusedError

_FILE: Final = Path(__file__).parent.parent.parent / "data/columns.toml"


@cache
def known_headings() -> dict[str, str]:
    """Heading, folded → field."""
    fields: dict[str, list[str]] = tomllib.loads(_FILE.read_text("utf-8"))
    found = {latin_key(heading): field for field, names in fields.items() for heading in names}
    return found | {latin_key(field): field for field in fields}


def fields() -> list[str]:
    return sorted(set(known_headings().values()))


def columns(header: Sequence[str], chosen: Mapping[str, str]) -> dict[str, int]:
    """Field → place of its column. What is not chosen is recognised by its heading.

    The first column of a field counts; columns nobody recognises are left out.

    :raises ListRefusedError: for a column or field that does not exist, or a list
        without names.
    """
    places: dict[str, int] = {}
    chosen = {" ".join(heading.split()): field for heading, field in chosen.items()}
    for heading, field in chosen.items():
        if heading not in header:
            raise ListRefusedError(f"The list has no column {heading!r}.")
        if field not in fields():
            raise ListRefusedError(f"There is no field {field!r}. Fields: {', '.join(fields())}.")
        places[field] = header.index(heading)
    for place, heading in enumerate(header):
        field = known_headings().get(latin_key(heading), "")
        if field and heading not in chosen:
            places.setdefault(field, place)
    if not places.keys() & {"given_name", "full_name"}:
        raise ListRefusedError("No column holds names. Say which does: --map 'COLUMN=given_name'.")
    return places
