"""Stock outlines turned into what the ministry recognises, by its reviewed file of rules."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.places.engine.topojson import Shape

FILE: Final = Path(__file__).parent.parent / "data/boundaries.toml"
KINDS: Final = frozenset({"merge", "move", "cut", "draw_with", "apart", "keep"})
type Point = tuple[float, float]


class BoundaryRulesError(Exception):
    """The rules file asks for something that cannot be done; the message says what and where."""


@dataclass(frozen=True)
class Check:
    """A place (latitude, longitude) and the country the map must show it in."""

    at: Point
    country: str


@dataclass(frozen=True)
class Rule:
    key: str
    kind: str
    note: str
    source: str = ""
    shape: str = ""
    into: str = ""
    at: Point | None = None
    ring: tuple[Point, ...] = ()
    codes: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Outline:
    """What is drawn: ``code`` is empty where the land is nobody's country."""

    code: str
    name: str
    geometry: BaseGeometry


@cache
def rules(path: Path = FILE) -> tuple[Rule, ...]:
    """The rules in file order.

    :raises BoundaryRulesError: for an unknown kind or key, or one rule given twice.
    """
    areas = tomllib.loads(path.read_text("utf-8")).get("area", [])
    found = tuple(_rule(area) for area in areas)
    if len({rule.key for rule in found}) < len(found):
        raise BoundaryRulesError("Two rules share a key.")
    return found


def code_rewrites() -> dict[str, str]:
    """Country codes of the stock tables that the ministry files under another one."""
    return {old: new for rule in rules() for old, new in rule.codes.items()}


def name_rewrites() -> dict[str, dict[str, str]]:
    """Names by language that replace the stock ones, by country code."""
    return {_named(rule): rule.names for rule in rules() if rule.names}


def outlines(shapes: Iterable[Shape], numbers: dict[str, str], *, drawn: bool) -> list[Outline]:
    """The countries as recognised, by ISO numeric code → alpha-2 code in ``numbers``.

    ``drawn`` is for a map, where a place may share a country's colour; without it each
    place that can be registered in has its own outline.

    :raises BoundaryRulesError: if a shape has neither a number nor a rule.
    """
    land, apart = _by_code(shapes, numbers)
    for rule in rules():
        _apply(rule, land, drawn=drawn)
    named = [Outline(code, "", geometry) for code, geometry in sorted(land.items())]
    return named + apart


def _by_code(
    shapes: Iterable[Shape], numbers: dict[str, str]
) -> tuple[dict[str, BaseGeometry], list[Outline]]:
    by_shape = {rule.shape: rule for rule in rules() if rule.shape}
    parts: dict[str, list[BaseGeometry]] = {}
    apart = []
    for shape in shapes:
        rule = by_shape.get(shape.name)
        if rule and rule.kind == "apart":
            apart.append(Outline("", shape.name, shape.geometry))
            continue
        code = rule.into if rule else numbers.get(shape.number, "")
        if not code:
            raise BoundaryRulesError(f"{shape.name} has no ISO number and no rule.")
        parts.setdefault(code, []).append(shape.geometry)
    return {code: shapely.union_all(found) for code, found in parts.items()}, apart


def _apply(rule: Rule, land: dict[str, BaseGeometry], *, drawn: bool) -> None:
    if rule.kind == "draw_with" and drawn and rule.source in land:
        land[rule.into] = land[rule.into].union(land.pop(rule.source))
    elif rule.kind == "move" and rule.at:
        _hand_over(land, rule, _piece_at(land[rule.source], rule.at))
    elif rule.kind == "cut":
        window = shapely.Polygon([(lon, lat) for lat, lon in rule.ring])
        _hand_over(land, rule, land[rule.source].intersection(window))


def _hand_over(land: dict[str, BaseGeometry], rule: Rule, piece: BaseGeometry) -> None:
    if piece.is_empty:
        raise BoundaryRulesError(f"{rule.key}: {rule.source} has nothing there.")
    land[rule.source] = land[rule.source].difference(piece)
    # A hair of width closes the seam that rounding leaves between neighbours.
    grown = piece.buffer(1e-6)
    land[rule.into] = land[rule.into].union(grown) if rule.into in land else piece


def _piece_at(geometry: BaseGeometry, at: Point) -> BaseGeometry:
    point = shapely.Point(at[1], at[0])
    found = [part for part in shapely.get_parts(geometry) if part.contains(point)]
    return found[0] if found else shapely.Polygon()


def _rule(area: dict[str, object]) -> Rule:
    given = dict(area)
    if given.get("kind") not in KINDS:
        raise BoundaryRulesError(f"{given.get('key')}: no rule is of kind {given.get('kind')!r}.")
    checks = tuple(
        Check(_point(check["at"]), check["is"])
        for check in given.pop("checks", [])  # type: ignore[attr-defined]  # TOML, refused below if not
    )
    if "at" in given:
        given["at"] = _point(given["at"])
    if "ring" in given:
        given["ring"] = tuple(_point(corner) for corner in given["ring"])  # type: ignore[attr-defined]  # TOML
    try:
        return Rule(**given, checks=checks)  # type: ignore[arg-type]  # names are checked by the call
    except TypeError as refusal:
        raise BoundaryRulesError(f"{given.get('key')}: {refusal}") from refusal


def _point(pair: object) -> Point:
    match pair:
        case [float() | int() as lat, float() | int() as lon]:
            return float(lat), float(lon)
    raise BoundaryRulesError(f"{pair!r} is not [latitude, longitude].")


def _named(rule: Rule) -> str:
    return rule.source or rule.into or rule.checks[0].country
