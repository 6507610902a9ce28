"""Where a CAP message applies: polygons, circles, and codes where a table knows them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import isfinite

import numpy as np
import shapely
from django.utils.translation import gettext_noop as _
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel import geometry
from safeconduct.wires.hazards.engine import georss, xml
from safeconduct.wires.hazards.engine.areas import UNPLACED, name_crossed, on_earth
from safeconduct.wires.hazards.engine.reading import Note, Repairs, shortened

KNOWN_BY_NAME = _("A place is known by name or code only: %(names)s.")
_TOO_WIDE = _("The area on the map is wider than the one meant, known by code only: %(names)s.")

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_CIRCLE = re.compile(rf"{_NUMBER.pattern},{_NUMBER.pattern}\s+{_NUMBER.pattern}", re.ASCII)
# A typesetter's minus signs, and a dash in place of one.
_MINUS = str.maketrans("−–‒", "---")
_JUNK = re.compile(r"[^\d\s,.;:|()\[\]+\-eE]")
# “40.5N,49.2E”: halves of the earth by their letters.
_LETTERED = re.compile(r"(?:\s*[\d.]+\s?[NSns]\s*,\s*[\d.]+\s?[EWew])+\s*", re.ASCII)
_SIDE = re.compile(r"([\d.]+)\s?([NSEWnsew])", re.ASCII)
_BETWEEN_CODES = re.compile(r"[\s,;]+")
_CODE = re.compile(r"[A-Z]{2,3}|(?=\S*\d)[\w./-]+")
_POLE, _TURN = 90, 360
_CORNERS = 4
_FEWEST = 3
# No warning is for more than the whole earth.
_FARTHEST_KM = 20_038.0
_POINT_KM = 1.0
# How often all polygons of a message may cross themselves, each within bounds of its own.
_PATIENCE = 30_000
# So many shapes of a message are drawn as they are; offices draw some hundreds.
_MOST_DRAWN = 5_000
_BOXED = _(
    "The message draws more than %(most)s shapes; of the others the box around each was taken."
)


@dataclass(frozen=True, slots=True)
class Placed:
    """The ground behind a code and how it was found; without a shape, ``said`` is why.

    ``said`` is a sentence with a gap for ``names``, since many codes share one. ``is_wide`` marks
    a country or state: with a narrower code beside it, more than was meant.
    """

    shape: BaseGeometry | None
    said: str
    is_wide: bool = False


# Names in the order they came, each once.
type Names = dict[str, None]
# What a code such as ("ISO 3166-1", "TR") means.
Resolver = Callable[[str, str], Placed]


@dataclass
class Drawing:
    """What shapes written as text became in one message, whose blocks repeat them.

    ``patience`` is how many crossings of polygons are still to be looked into.
    """

    known: dict[tuple[str, str], tuple[BaseGeometry | None, Repairs]] = field(default_factory=dict)
    patience: int = field(default_factory=lambda: _PATIENCE)

    def shape(self, kind: str, text: str, repairs: Repairs) -> BaseGeometry | None:
        if (kind, text) not in self.known:
            own = Repairs()
            self.known[kind, text] = self._drawn(kind, text, own), own
        shape, own = self.known[kind, text]
        repairs.take(own)
        return shape

    def _drawn(self, kind: str, text: str, repairs: Repairs) -> BaseGeometry | None:
        if len(self.known) >= _MOST_DRAWN:
            repairs.add(_BOXED, most=_MOST_DRAWN)
            return box_of(kind, text, repairs)
        if kind == "circle":
            return circle_of(text, repairs)
        shape, crossed = polygon_of(text, repairs, self.patience)
        self.patience = max(0, self.patience - crossed)
        return shape


@dataclass
class Found:
    """The shapes of a message, its codes, and what could not be placed.

    ``placed_by`` tells how codes became shapes. ``is_too_wide`` says that the shapes hold more
    ground than the message means.
    """

    shapes: list[BaseGeometry] = field(default_factory=list)
    codes: dict[str, list[str]] = field(default_factory=dict)
    # By sentence, then by system; a place without a code stands under no system.
    placed_by: dict[str, dict[str, Names]] = field(default_factory=dict)
    unplaced: dict[str, dict[str, Names]] = field(default_factory=dict)
    problems: list[Note] = field(default_factory=list)
    # What the message calls these places.
    names: set[str] = field(default_factory=set)
    is_too_wide: bool = False
    drawing: Drawing = field(default_factory=Drawing)

    def lacking(self) -> list[Note]:
        """What could not be placed, one sentence for each reason."""
        return [Note(why, {"names": _listed(names)}) for why, names in self.unplaced.items()]

    def facts(self) -> dict[str, object]:
        """How codes became shapes, as ``Signal.facts`` keeps it."""
        told = [Note(said, {"names": _listed(names)}) for said, names in self.placed_by.items()]
        return {"placed_by": [note.stored() for note in told]} if told else {}


def collect(area: xml.Element, found: Found, resolver: Resolver, repairs: Repairs) -> None:
    """Add what one ``area`` element says to what was found so far."""
    before = len(found.shapes)
    found.names.update(filter(None, [shortened(xml.child_text(area, "areaDesc"), 80)]))
    for kind in ("polygon", "circle"):
        for element in _drawn(area, kind):
            _add(found, kind, xml.text_of(element), repairs)
    codes = [(name, one) for name, value in _codes(area) for one in _single(name, value, resolver)]
    for name, value in codes:
        found.codes.setdefault(name, []).append(value)
    if len(found.shapes) > before:
        return
    _add_coded(area, codes, found, resolver)


def _drawn(area: xml.Element, name: str) -> list[xml.Element]:
    """Shapes in CAP's own way; an entry of a feed may hold GeoRSS of the same name."""
    return [one for one in xml.children(area, name) if not georss.is_ours(one)]


def _single(name: str, value: str, resolver: Resolver) -> list[str]:
    """The codes in one value: offices of CAP 1.0's days wrote a list of them into it."""
    codes = _BETWEEN_CODES.split(value)
    if len(codes) < 2 or not all(map(_CODE.fullmatch, codes)):
        return [value]
    is_known = resolver(name, codes[0]).said != KNOWN_BY_NAME
    return codes if is_known and resolver(name, value).shape is None else [value]


def _add_coded(
    area: xml.Element, codes: list[tuple[str, str]], found: Found, resolver: Resolver
) -> None:
    """Add what a table knows of an area that has codes only, and name the rest.

    Several systems name one ground: the best known stands for all, of equals the narrowest.
    """
    if not codes:
        name = xml.child_text(area, "areaDesc") or "?"
        _note(found.unplaced, KNOWN_BY_NAME, "", name)
    systems: dict[str, dict[str, Placed]] = {}
    for name, value in codes:
        systems.setdefault(name, {})[value] = resolver(name, value)
    for name, known in sorted(systems.items(), key=lambda one: _worth(one[1]))[:1]:
        is_wide = all(one.is_wide for one in known.values())
        for value, one in known.items():
            _take(found, name, value, one)
        narrower = [key for key in systems if key != name] if is_wide else []
        for key in narrower:
            _say_too_wide(found, key, systems[key])


def _say_too_wide(found: Found, system: str, known: dict[str, Placed]) -> None:
    for code in (code for code, one in known.items() if one.shape is None):
        _note(found.unplaced, _TOO_WIDE, system, code)
        found.is_too_wide = True


def _worth(known: dict[str, Placed]) -> tuple[float, float]:
    """Which of several systems for one ground to take: the best known, then the narrowest."""
    shapes = [one.shape for one in known.values() if one.shape is not None]
    return 1 - len(shapes) / len(known), sum(shape.area for shape in shapes)


def _take(found: Found, system: str, code: str, placed: Placed) -> None:
    if placed.shape is None:
        _note(found.unplaced, placed.said, system, code)
        return
    found.shapes.append(placed.shape)
    _note(found.placed_by, placed.said, system, code)


def _note(told: dict[str, dict[str, Names]], said: str, system: str, name: str) -> None:
    told.setdefault(said, {}).setdefault(system, {})[name] = None


def _listed(names: dict[str, Names]) -> str:
    """Codes behind the name of their system, and whatever has none: “SAME 012086, 012087; Riga”."""
    groups = [f"{system} {', '.join(codes)}" for system, codes in names.items() if system]
    return shortened("; ".join([*groups, *names.get("", ())]), 150)


def polygon_of(text: str, repairs: Repairs, patience: int) -> tuple[BaseGeometry | None, int]:
    """A polygon from “lat,lon lat,lon …” and how often it crosses itself.

    None where it holds no usable ring. One that crosses itself more often than ``patience``
    stands for all within it.
    """
    pairs = _ring(text, repairs)
    if not pairs:
        return None, 0
    ring = shapely.Polygon([(lon, lat) for lat, lon in pairs])
    crossed = geometry.crossings(ring, patience)
    whole = geometry.all_within(ring) if crossed is None else geometry.split_antimeridian(ring)
    if whole.area == 0:
        # All corners on one line, as where a comma was meant as a point: it surrounds nobody.
        return None, 0
    _note_ring(pairs, repairs)
    name_crossed(ring, crossed, whole, repairs)
    return whole, crossed or 0


def circle_of(text: str, repairs: Repairs) -> BaseGeometry | None:
    """A circle from “lat,lon radius” in kilometres; a radius of nothing is one kilometre."""
    found = _middle(text, repairs)
    return geometry.disc(*found) if found else None


def box_of(kind: str, text: str, repairs: Repairs) -> BaseGeometry | None:
    """The box around a polygon or circle, for one of too many to draw each of them."""
    if kind == "circle":
        found = _middle(text, repairs)
        return geometry.box_around(np.array([found[:2]]), found[2]) if found else None
    pairs = _ring(text, repairs)
    if not pairs or shapely.convex_hull(shapely.Polygon(pairs)).area == 0:
        return None
    _note_ring(pairs, repairs)
    return geometry.box_around(np.array(pairs))


def _middle(text: str, repairs: Repairs) -> tuple[float, float, float] | None:
    """Latitude, longitude and kilometres of a circle."""
    numbers = [float(one) for one in _NUMBER.findall(text.translate(_MINUS))]
    if len(numbers) != _FEWEST:
        return None
    lat, lon, km = numbers
    if abs(lat) > _POLE >= abs(lon):
        repairs.add(_("Longitude stood before latitude; they were exchanged."))
        lat, lon = lon, lat
    if abs(lat) > _POLE or abs(lon) > 1.5 * _TURN or not 0 <= km <= _FARTHEST_KM:
        return None
    if not _CIRCLE.fullmatch(text.strip()):
        repairs.add(_("A circle is not written as “latitude,longitude radius”."))
    _note_turn([lon], repairs)
    return lat, lon, max(km, _POINT_KM)


def _ring(text: str, repairs: Repairs) -> list[tuple[float, float]]:
    """The corners of a polygon, latitude first; empty where they can surround nothing."""
    pairs = list(_pairs(text, repairs))
    if len(pairs) < _FEWEST or len(set(pairs)) < _FEWEST:
        return []
    pairs = _latitude_first(pairs, repairs)
    is_open = pairs[0] != pairs[-1]
    if len(pairs) + is_open < _CORNERS:
        return []
    return pairs if on_earth(shapely.MultiPoint([(lon, lat) for lat, lon in pairs])) else []


def _note_ring(pairs: list[tuple[float, float]], repairs: Repairs) -> None:
    if pairs[0] != pairs[-1]:
        repairs.add(_("A polygon that ends elsewhere than it starts was closed."))
    _note_turn([lon for _lat, lon in pairs], repairs)


def _note_turn(lons: list[float], repairs: Repairs) -> None:
    """Offices count on beyond 180°, some from 0° to 360°, and then on beyond that."""
    if max(map(abs, lons)) > _TURN:
        repairs.add(_("A longitude beyond 360° was counted on around the earth."))


def _add(found: Found, kind: str, text: str, repairs: Repairs) -> None:
    if not text.strip():
        repairs.add(_("<%(name)s> is empty."), name=kind)
        return
    shape = found.drawing.shape(kind, text, repairs)
    if shape is not None:
        found.shapes.append(shape)
        return
    # Without it the message is not what its sender meant, and somebody must look.
    note = Note(UNPLACED, {"kind": kind, "text": shortened(text, 60)})
    found.problems.append(note)
    repairs.put(note)


def _codes(area: xml.Element) -> Iterator[tuple[str, str]]:
    for code in xml.children(area, "geocode"):
        name, value = xml.child_text(code, "valueName"), xml.child_text(code, "value")
        if value:
            yield name, value
        elif ":" in xml.text_of(code) or "=" in xml.text_of(code):
            # CAP 1.0 wrote name and value into one text.
            first, _sign, rest = xml.text_of(code).strip().replace("=", ":").partition(":")
            yield first.strip(), rest.strip()


def _pairs(text: str, repairs: Repairs) -> Iterator[tuple[float, float]]:
    if _LETTERED.fullmatch(text):
        repairs.add(_("A polygon is not written as pairs “latitude,longitude”."))
        text = _SIDE.sub(lambda one: f"{'-' * (one[2] in 'SsWw')}{one[1]}", text)
    words = text.split()
    commas = {word.count(",") for word in words}
    if commas == {2} and not any(word.endswith(",") for word in words):
        repairs.add(_("A polygon is not written as pairs “latitude,longitude”."))
        # Height stands third.
        parts = [word.split(",")[:2] for word in words]
    elif commas == {1} and not any(word.startswith(",") for word in words):
        parts = [word.split(",") for word in words]
    else:
        repairs.add(_("A polygon is not written as pairs “latitude,longitude”."))
        numbers = _NUMBER.findall(_JUNK.sub(" ", text.translate(_MINUS)))
        parts = [list(pair) for pair in zip(numbers[::2], numbers[1::2], strict=False)]
    for pair in parts:
        if corner := _corner(pair, repairs):
            yield corner
        else:
            repairs.add(_("A corner of a polygon is no pair of numbers and was left out."))


def _corner(pair: list[str], repairs: Repairs) -> tuple[float, float] | None:
    """Two finite numbers: “nan” is a number to Python and to no map."""
    try:
        lat, lon = (float(one.translate(_MINUS)) for one in pair)
    except ValueError:
        return None
    if not (isfinite(lat) and isfinite(lon)):
        return None
    if not all(map(_NUMBER.fullmatch, pair)):
        repairs.add(_("A polygon is not written as pairs “latitude,longitude”."))
    return lat, lon


def _latitude_first(
    pairs: list[tuple[float, float]], repairs: Repairs
) -> list[tuple[float, float]]:
    """The pairs as they are, or turned where most of them have no such latitude.

    A single slip of a pen is no exchange: that would move the place by half a world.
    """
    wrong = sum(abs(lat) > _POLE for lat, _lon in pairs)
    if 2 * wrong < len(pairs) or not all(abs(lon) <= _POLE for _lat, lon in pairs):
        return pairs
    repairs.add(_("Longitude stood before latitude; they were exchanged."))
    return [(second, first) for first, second in pairs]
