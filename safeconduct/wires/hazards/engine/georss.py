"""Shapes in feeds as GeoRSS writes them (OGC 17-002r1), simple or as GML: latitude first."""

from collections.abc import Iterator

import shapely
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel import geometry
from safeconduct.wires.hazards.engine import xml
from safeconduct.wires.hazards.engine.areas import on_earth

# Around the point of an entry that says no more about its area. Kilometres.
_POINT_KM = 50.0
_FARTHEST_KM = 20_038.0
_SIMPLE = ("polygon", "box", "point", "circle")
_GML = {"LinearRing": "polygon", "Envelope": "box", "Point": "point"}

# A shape, and whether it is an area of its own rather than ours around a point.
Drawn = tuple[BaseGeometry, bool]


def is_ours(element: xml.Element) -> bool:
    """Whether an element is one of GeoRSS, whichever edition of it."""
    return "georss" in xml.namespace(element)


def shapes(entry: xml.Element) -> list[Drawn]:
    """All shapes an entry of a feed draws; whatever is none is passed over."""
    return [found for name, text in _told(entry) if (found := _drawn(name, text))]


def _told(entry: xml.Element) -> Iterator[tuple[str, str]]:
    for element in filter(is_ours, xml.children(entry)):
        name = xml.local(element)
        if name in _SIMPLE:
            yield name, xml.text_of(element)
        elif name == "where":
            for tag, kind in _GML.items():
                for one in _outer(element, tag):
                    yield kind, " ".join(map(str, one.itertext()))


def _outer(where: xml.Element, tag: str) -> Iterator[xml.Element]:
    """Elements of GML but for holes: a warning for a little more ground is the safer one."""
    for one in xml.descendants(where, tag):
        if not any(xml.local(above) == "interior" for above in one.iterancestors()):
            yield one


def _drawn(name: str, text: str) -> Drawn | None:
    try:
        numbers = [float(one) for one in text.replace(",", " ").split()]
    except ValueError:
        return None
    pairs = [(lon, lat) for lat, lon in zip(numbers[::2], numbers[1::2], strict=False)]
    if not pairs or not on_earth(shapely.MultiPoint(pairs)):
        return None
    if name == "polygon":
        return _polygon(pairs)
    if name == "box" and len(pairs) == 2:  # two opposite corners
        return _box(*pairs[0], *pairs[1]), True
    lon, lat = pairs[0]
    if name == "circle" and len(numbers) == 3 and 0 < numbers[2] / 1000 <= _FARTHEST_KM:
        # GeoRSS counts a radius in metres.
        return geometry.disc(lat, lon, numbers[2] / 1000), True
    return geometry.disc(lat, lon, _POINT_KM), False


def _box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """From the lower corner to the upper: eastwards, over the antimeridian where that is west."""
    box = shapely.box(west, south, east, north)
    # Its edges cut, for one of more than 180° would be read as the short way round.
    return shapely.segmentize(box, 90.0) if west < east else box


def _polygon(pairs: list[tuple[float, float]]) -> Drawn | None:
    if len(pairs) <= 3:  # three corners and the first again
        return None
    whole = geometry.split_antimeridian(shapely.Polygon(pairs))
    return (whole, True) if whole.area > 0 else None
