"""The Global Disaster Alert and Coordination System: GeoJSON of its API, items of its RSS.

GDACS estimates impact from models and says so itself; it is no warning of an authority.
An event given as a point only gets a declared radius (``RADIUS_KM``), marked as estimated.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import shapely
from django.utils.translation import gettext_noop as _
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel import geometry
from safeconduct.wires.hazards.engine import intensity, times, xml
from safeconduct.wires.hazards.engine.areas import (
    UNPLACED,
    area_of,
    drawn,
    from_geojson,
    joined,
    name_crossings,
)
from safeconduct.wires.hazards.engine.guard import guarded
from safeconduct.wires.hazards.engine.reading import (
    NO_AREA,
    Area,
    Reading,
    Repairs,
    UnreadableError,
    shortened,
)
from safeconduct.wires.hazards.terms import Hazard, Source

Json = Mapping[str, Any]

SENDER = "info-gdacs@gdacs.org"
_HAZARDS = {
    "EQ": Hazard.EARTHQUAKE,
    "TS": Hazard.TSUNAMI,
    "TC": Hazard.CYCLONE,
    "FL": Hazard.FLOOD,
    "VO": Hazard.VOLCANO,
    "WF": Hazard.WILDFIRE,
    "DR": Hazard.DROUGHT,
}
_CATEGORY = {"EQ": "Geo", "VO": "Geo", "TS": "Geo", "WF": "Fire"}
_SEVERITY = {"green": "Minor", "orange": "Severe", "red": "Extreme"}
# Kilometres around the point of an event, for Green, Orange and Red. Ours, not GDACS's: an
# earthquake's circle is the 100 km GDACS counts people in, doubled for Red; a volcano's 30
# and 100 km are the circles it draws; a cyclone's are typical radii of winds of 63 km/h.
RADIUS_KM = {
    "EQ": (50, 100, 200),
    "TS": (100, 300, 1000),
    "TC": (150, 250, 400),
    "FL": (50, 100, 200),
    "VO": (30, 50, 100),
    "WF": (10, 25, 50),
    "DR": (100, 200, 400),
}
_NUMBERS = ("eventtype", "eventid", "episodeid")
_LEVELS = ("green", "orange", "red")
_SHAKING = re.compile(r"Poly_SMPInt_(\d+(?:\.\d+)?)", re.IGNORECASE)
# Shapes that are not where it happens: a whole river basin, where a storm might yet go.
_ASIDE = ("Poly_Global", "Poly_Cones")
_DEPTH = re.compile(r"depth:?\s*([\d.]+)\s*km", re.IGNORECASE)


def is_event(properties: Json) -> bool:
    """Whether these are the properties of a GDACS feature."""
    return "eventtype" in properties and "eventid" in properties


def read_features(features: Sequence[Json]) -> list[Reading]:
    """One reading a feature; features that draw one episode of an event are a message together."""
    is_drawn = any(_shape_type(one) not in ("Point", "") for one in features)
    if not is_drawn:
        return [_guarded([one]) for one in features]
    events: dict[tuple[str, ...], list[Json]] = defaultdict(list)
    for one in features:
        # Where a storm was last week is another episode, and no place to warn.
        events[tuple(str(_properties(one).get(name) or "") for name in _NUMBERS)].append(one)
    return [_guarded(group) for group in events.values()]


def _guarded(features: Sequence[Json]) -> Reading:
    """One event read or refused by itself: the others of a list stand."""
    about = json.dumps(features, default=str).encode()
    return guarded(partial(_read, features), about)


def read_item(item: xml.Element) -> Reading:
    """One reading of an RSS item with elements of the namespace of GDACS."""
    names = ("eventtype", "eventid", "episodeid", "alertlevel", "fromdate", "todate")
    properties: dict[str, Any] = {name: xml.child_text(item, name) for name in names}
    guid = re.fullmatch(r"([A-Z]{2})(\d+)", xml.child_text(item, "guid"))
    if guid and not properties["eventid"]:
        properties["eventtype"], properties["eventid"] = guid.groups()
    severity = xml.children(item, "severity")
    if severity:
        properties["severitydata"] = {
            "severity": severity[0].get("value"),
            "severitytext": xml.text_of(severity[0]),
        }
    properties |= {
        "name": xml.child_text(item, "title"),
        "description": xml.child_text(item, "description"),
        "datemodified": xml.child_text(item, "datemodified", "pubDate"),
        "iscurrent": xml.child_text(item, "iscurrent"),
        "iso3": xml.child_text(item, "iso3"),
        "country": xml.child_text(item, "country"),
        "url": {"report": xml.child_text(item, "link"), "geometry": _item_geometry(item)},
    }
    return _read([{"geometry": _item_point(item), "properties": properties}])


def _item_geometry(item: xml.Element) -> str:
    """Where the shapes of an event stand that its item gives as a point; empty if unsaid."""
    links = [one.get("url") or "" for one in xml.descendants(item, "resource")]
    found = [one for one in links if "getgeometry" in one or one.endswith(".geojson")]
    return max(found, key=lambda link: "getgeometry" in link, default="")


def _item_point(item: xml.Element) -> Json | None:
    pair = xml.child_text(item, "point").replace(",", " ").split()
    if len(pair) != 2:  # latitude and longitude
        for point in xml.children(item, "Point"):
            pair = [xml.child_text(point, "lat"), xml.child_text(point, "long")]
    try:
        lat, lon = (float(one) for one in pair)
    except ValueError:
        return None
    return {"type": "Point", "coordinates": [lon, lat]}


def _read(features: Sequence[Json]) -> Reading:
    repairs = Repairs()
    told = _properties(features[0])
    kind, level = _kind(told, repairs)
    point = _point(features)
    area = _area(features, kind, level, point, told, repairs=repairs)
    name = str(told.get("name") or told.get("htmldescription") or told.get("title") or "")
    text = str(told.get("htmldescription") or told.get("description") or "")
    numbers = [kind, told.get("eventid"), told.get("episodeid")]
    # Without a shape the area is less than its source drew, and somebody must look.
    problems = tuple(note for note in repairs.notes() if note.text == UNPLACED)[:20]
    problems += () if area.cells else (NO_AREA,)
    return Reading(
        source=Source.GDACS,
        outcome=repairs.outcome(),
        reason=problems[0] if problems else None,
        repairs=repairs.notes(),
        problems=problems,
        identifier="_".join(["GDACS", *(str(one) for one in numbers if one)])[:300],
        sender=SENDER,
        sent=times.any_moment(told.get("datemodified") or told.get("fromdate")),
        status="Actual",
        msg_type="Alert",
        category=_CATEGORY.get(kind, "Met"),
        hazard=_HAZARDS.get(kind, Hazard.OTHER),
        event=shortened(name, 200),
        severity=_SEVERITY.get(level, "Unknown"),
        urgency="Past" if str(told.get("iscurrent")).lower() == "false" else "Immediate",
        certainty="Likely",
        onset=times.any_moment(told.get("fromdate")),
        texts={"en": {"headline": shortened(name, 500), "description": text[:20_000]}},
        languages=("en",),
        facts=_facts(told, level),
        latitude=point[0] if point else None,
        longitude=point[1] if point else None,
        area=area,
    )


def _kind(told: Json, repairs: Repairs) -> tuple[str, str]:
    """The kind of event and its colour.

    :raises UnreadableError: without a kind or a number.
    """
    kind = str(told.get("eventtype") or "").upper()
    if not kind or not told.get("eventid"):
        raise UnreadableError(_("The GDACS event has no type or number."))
    if kind not in _HAZARDS:
        repairs.add(_("The kind of event “%(value)s” is not known."), value=kind)
    level = str(told.get("alertlevel") or "").lower()
    if level not in _SEVERITY:
        repairs.add(_("The event has no colour; its severity is unknown."))
    return kind, level


def _facts(told: Json, level: str) -> dict[str, Any]:
    names = ("glide", "country", "iso3", "episodeid", "sourceid", "todate")
    facts: dict[str, Any] = {name: str(told[name])[:200] for name in names if told.get(name)}
    severity = told.get("severitydata")
    if isinstance(severity, Mapping):
        facts["severity"] = shortened(str(severity.get("severitytext") or ""), 200)
    links = told.get("url")
    for name, ours in (("report", "web"), ("geometry", "geometry")):
        if isinstance(links, Mapping) and links.get(name):
            facts[ours] = str(links[name])[:500]
    return facts | {"alert_level": level, "event_id": f"{told.get('eventtype')}{told['eventid']}"}


def _area(
    features: Sequence[Json],
    kind: str,
    level: str,
    point: tuple[float, float] | None,
    told: Json,
    *,
    repairs: Repairs,
) -> Area:
    named = [(str(_properties(one).get("Class") or ""), one.get("geometry")) for one in features]
    told_of = [(name, drawn(value, name, "Polygon", repairs)) for name, value in named]
    # Of one that crosses itself in the middle its corners say that it has no area.
    shapes = [(name, one) for name, one in told_of if one and shapely.convex_hull(one).area > 0]
    shapes = [(name, one) for name, one in shapes if "Polygon" in one.geom_type]
    shaking = [(float(found[1]), s) for name, s in shapes if (found := _SHAKING.match(name))]
    if shaking:
        return _shaken(shaking, repairs)
    exact = [s for name, s in shapes if name not in _ASIDE and name != "Poly_Circle"]
    if exact:
        return _drawn(exact, repairs)
    if circles := [s for name, s in shapes if name == "Poly_Circle"]:
        return _drawn(circles, repairs, estimated=True)
    if shapes:
        return _drawn([s for _name, s in shapes], repairs, estimated=True)
    return _around(point, kind, level, told)


def _drawn(shapes: list[BaseGeometry], repairs: Repairs, *, estimated: bool = False) -> Area:
    for one in shapes:
        name_crossings(one, repairs)
    return area_of(shapes, estimated=estimated, repairs=repairs)


def _shaken(shaking: list[tuple[float, BaseGeometry]], repairs: Repairs) -> Area:
    """Polygons of intensity, each where it is at least so strong; VI and more is the area."""
    levels = sorted({level for level, _shape in shaking})
    first = max((at for at in levels if at <= intensity.DAMAGE), default=levels[0])
    used = [(level, shape) for level, shape in shaking if level >= first]
    for _level, shape in used:
        name_crossings(shape, repairs)
    bands = [
        (at, joined((s for level, s in used if level >= at), repairs))
        for at in levels
        if at >= first
    ]
    return area_of([bands[0][1]], bands=bands)


def _around(point: tuple[float, float] | None, kind: str, level: str, told: Json) -> Area:
    if point is None:
        return Area()
    if kind == "EQ" and (quake := _quake(point, told)):
        bands = intensity.bands(quake)
        return area_of([bands[0][1]], bands=bands, estimated=True)
    by_level = RADIUS_KM.get(kind, RADIUS_KM["FL"])
    km = by_level[_LEVELS.index(level) if level in _LEVELS else 1]
    return area_of([geometry.disc(*point, km)], estimated=True)


def _quake(point: tuple[float, float], told: Json) -> intensity.Quake | None:
    severity = told.get("severitydata")
    if not isinstance(severity, Mapping):
        return None
    try:
        magnitude = float(severity.get("severity") or 0)
    except (TypeError, ValueError):
        return None
    if not 3 <= magnitude <= 10:  # no earthquake GDACS reports lies outside
        return None
    found = _DEPTH.search(str(severity.get("severitytext") or ""))
    return intensity.Quake(magnitude, *point, depth_km=float(found[1]) if found else 10.0)


def _point(features: Sequence[Json]) -> tuple[float, float] | None:
    for one in features:
        shape = from_geojson(one.get("geometry"))
        if shape is not None and shape.geom_type == "Point":
            return shape.centroid.y, geometry.longitude(shape.centroid.x)
    return None


def _properties(feature: Json) -> Json:
    found = feature.get("properties")
    return found if isinstance(found, Mapping) else {}


def _shape_type(feature: Json) -> str:
    found = feature.get("geometry")
    return str(found.get("type") or "") if isinstance(found, Mapping) else ""
