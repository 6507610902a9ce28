"""What a USGS detail document carries of its ShakeMap, and where the rest of that stands.

Format: earthquake.usgs.gov, "GeoJSON Detail Format": short files come within the document
(``bytes``), longer ones, as contours mostly are, stand at an address of their own (``url``).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

Json = Mapping[str, Any]

CONTOURS: Final = (
    "cont_mi.json",
    "cont_mmi.json",
    "download/cont_mi.json",
    "download/cont_mmi.json",
)
RUPTURES: Final = ("rupture.json", "download/rupture.json")


def shakemap_of(document: Json) -> Json:
    """The preferred ShakeMap of an event, withdrawn ones left out; empty if there is none."""
    found = mapping(mapping(document.get("properties")).get("products")).get("shakemap")
    maps = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    standing = (one for one in maps if str(one.get("status")).upper() != "DELETE")
    return next(standing, {})


def carried(document: Json, names: Sequence[str]) -> Json | None:
    """The first of these files that comes within the document."""
    contents = mapping(shakemap_of(document).get("contents"))
    for name in names:
        held = mapping(contents.get(name)).get("bytes")
        if isinstance(held, str):
            try:
                held = json.loads(held)
            except (ValueError, RecursionError):
                continue
        if isinstance(held, Mapping):
            return held
    return None


def linked(document: Json) -> dict[str, str]:
    """The address, by name, of the contours and of the rupture that do not come within."""
    contents = mapping(shakemap_of(document).get("contents"))
    found = {}
    for names in (CONTOURS, RUPTURES):
        told = {name: mapping(contents.get(name)).get("url") for name in names}
        first = next((name for name, link in told.items() if isinstance(link, str) and link), "")
        if first and carried(document, names) is None:
            found[first] = str(told[first])
    return found


def with_files(document: Json, files: Mapping[str, Json]) -> Json:
    """The document as if it had carried these files of its ShakeMap."""
    shakemap = shakemap_of(document)
    if not files or not shakemap:
        return document
    held = {name: {"bytes": file} for name, file in files.items()}
    whole = {**shakemap, "contents": {**mapping(shakemap.get("contents")), **held}}
    told = mapping(document.get("properties"))
    products = {**mapping(told.get("products")), "shakemap": [whole]}
    return {**document, "properties": {**told, "products": products}}


def mapping(value: object) -> Json:
    """The object of a document, empty where something else stands in its place."""
    return value if isinstance(value, Mapping) else {}
