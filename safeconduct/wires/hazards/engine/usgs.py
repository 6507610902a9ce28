"""The United States Geological Survey: earthquakes, ruptures and ShakeMaps as GeoJSON.

Formats: earthquake.usgs.gov, "GeoJSON Summary Format" and "GeoJSON Detail Format"; ShakeMap
Manual, "Products" (rupture.json, cont_mi.json, info.json). An earthquake without measured
shaking gets an estimated area (``intensity``); a ShakeMap replaces it.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Any

import shapely
from django.utils.translation import gettext_noop as _
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel import geometry
from safeconduct.wires.hazards.engine import contours, intensity, products, times
from safeconduct.wires.hazards.engine.areas import area_of, drawn, from_geojson, on_earth
from safeconduct.wires.hazards.engine.products import Json, mapping
from safeconduct.wires.hazards.engine.reading import (
    NO_AREA,
    Area,
    Reading,
    Repairs,
    UnreadableError,
    fingerprint,
    shortened,
)
from safeconduct.wires.hazards.terms import Hazard, Source

SENDER = "earthquake.usgs.gov"
_SEVERITY = {"green": "Minor", "yellow": "Moderate", "orange": "Severe", "red": "Extreme"}
# Intensity at the worst place where PAGER has not spoken yet: VIII breaks ordinary houses.
_BY_INTENSITY = ((8.0, "Extreme"), (7.0, "Severe"), (6.0, "Moderate"))
# Degrees, there and back: twice the longest rupture known, of 1,600 km in 2004. Longer is nonsense.
_LONGEST_TRACE = 60.0
# No earthquake is stronger, nor any that is listed weaker; none lies deeper than the mantle.
_WEAKEST, _STRONGEST, _DEEPEST_KM = -5.0, 11.0, 1_000.0
_NO_INTENSITY = _(
    "These are lines of ground motion (%(units)s), not of intensity."
    " Read the contours of intensity."
)


def is_event(feature: Json) -> bool:
    """Whether a feature is an earthquake of the summary or detail format."""
    told = mapping(feature.get("properties"))
    return "mag" in told and ("net" in told or "code" in told or "magType" in told)


def is_rupture(collection: Json) -> bool:
    told = mapping(collection.get("metadata"))
    return "mag" in told and "lat" in told and "lon" in told


def is_contours(features: Sequence[Json]) -> bool:
    return bool(features) and all(
        str(mapping(one.get("properties")).get("units", "")).lower() in ("mmi", "intensity")
        and "value" in mapping(one.get("properties"))
        for one in features
    )


def read_event(feature: Json) -> Reading:
    """An earthquake of a summary or detail feed."""
    told = mapping(feature.get("properties"))
    repairs = Repairs()
    place = _place(mapping(feature.get("geometry")).get("coordinates"), repairs)
    name = str(feature.get("id") or f"{told.get('net') or ''}{told.get('code') or ''}")
    if place is None and not name:
        raise UnreadableError(_("The earthquake has neither a place nor a name."))
    magnitude = _magnitude(told.get("mag"))
    if magnitude is None:
        repairs.add(_("The magnitude is not known yet."))
    lines = products.carried(feature, products.CONTOURS)
    rupture = products.carried(feature, products.RUPTURES)
    area, basis = _best_area(repairs, magnitude, place, lines, rupture)
    return _reading(
        repairs,
        told,
        name=name,
        sent=times.any_moment(told.get("updated")) or times.any_moment(told.get("time")),
        magnitude=magnitude,
        place=place,
        area=area,
        basis=basis,
    )


def read_rupture(collection: Json) -> Reading:
    """A ShakeMap's rupture.json: where the ground broke, and thus who is near."""
    told = mapping(collection.get("metadata"))
    repairs = Repairs()
    place = _place([told.get("lon"), told.get("lat"), told.get("depth")], repairs)
    magnitude = _magnitude(told.get("mag"))
    area, basis = _best_area(repairs, magnitude, place, None, collection)
    facts = {
        "time": _milliseconds(told.get("time")),
        "place": told.get("locstring"),
        "type": "earthquake",
        "status": "reviewed",
    }
    return _reading(
        repairs,
        facts,
        name=str(told.get("id") or told.get("eventid") or ""),
        sent=times.any_moment(told.get("time")),
        magnitude=magnitude,
        place=place,
        area=area,
        basis=basis,
    )


def read_info(document: Json) -> Reading:
    """A ShakeMap's info.json: the event a map was made for, without the map itself."""
    told = mapping(mapping(document.get("input")).get("event_information"))
    repairs = Repairs()
    depth = told.get("depth")
    place = _place([told.get("longitude"), told.get("latitude"), depth], repairs)
    magnitude = _magnitude(told.get("magnitude"))
    area, basis = _best_area(repairs, magnitude, place, None, None)
    versions = mapping(mapping(document.get("processing")).get("shakemap_versions"))
    motions = mapping(mapping(document.get("output")).get("ground_motions"))
    facts = {
        "time": _milliseconds(told.get("origin_time")),
        "place": told.get("location"),
        "type": "earthquake",
        "mmi": mapping(motions.get("MMI")).get("max"),
        "scenario": str(told.get("event_type", "")).upper() == "SCENARIO",
    }
    return _reading(
        repairs,
        facts,
        name=str(told.get("event_id") or told.get("id") or ""),
        sent=times.any_moment(versions.get("process_time") or told.get("origin_time")),
        magnitude=magnitude,
        place=place,
        area=area,
        basis=basis,
    )


def read_contours(collection: Json) -> Reading:
    """A ShakeMap's lines of equal intensity; measured, so nothing about them is estimated."""
    told = mapping(collection.get("metadata"))
    repairs = Repairs()
    place = _place([told.get("longitude"), told.get("latitude"), 0], repairs) if told else None
    name = str(told.get("eventid") or told.get("id") or "")
    if not name:
        name = fingerprint(json.dumps(collection, sort_keys=True, default=str).encode())
        repairs.add(_("The ShakeMap does not name its earthquake."))
    area = _measured(collection, repairs)
    if not area.cells:
        raise UnreadableError(_("The ShakeMap has no line of intensity that surrounds ground."))
    levels = [
        _number(mapping(one.get("properties")).get("value")) for one in features_of(collection)
    ]
    facts = {"type": "earthquake", "mmi": max((at for at in levels if at), default=None)}
    return _reading(
        repairs,
        facts,
        name=name,
        sent=None,
        magnitude=_magnitude(told.get("mag")),
        place=place,
        area=area,
        basis="shakemap",
    )


def refuse_motion(features: Sequence[Json]) -> None:
    """:raises UnreadableError: if these are a ShakeMap's lines of anything but intensity."""
    first = mapping(features[0].get("properties")) if features else {}
    if "units" in first and "value" in first and not is_event(features[0]):
        raise UnreadableError(_NO_INTENSITY, units=first["units"])


def features_of(document: Json) -> list[Json]:
    found = document.get("features")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _reading(
    repairs: Repairs,
    told: Json,
    *,
    name: str,
    sent: datetime | None,
    magnitude: float | None,
    place: tuple[float, float, float] | None,
    area: Area,
    basis: str,
) -> Reading:
    problems = () if area.cells else (NO_AREA,)
    title = str(told.get("title") or _title(magnitude, told.get("place") or name))
    status = str(told.get("status")).lower()
    sure = status == "reviewed" or basis == "shakemap"
    return Reading(
        source=Source.USGS,
        outcome=repairs.outcome(),
        reason=problems[0] if problems else None,
        repairs=repairs.notes(),
        problems=problems,
        identifier=name[:300],
        sender=SENDER,
        sent=sent,
        status="Exercise" if told.get("scenario") else "Actual",
        msg_type="Cancel" if status == "deleted" else "Alert",
        category="Geo",
        hazard=_hazard(told),
        event=shortened(title, 200),
        severity=_severity(told, magnitude, place, area),
        urgency="Immediate",
        certainty="Observed" if sure else "Likely",
        onset=times.any_moment(told.get("time")),
        texts={"en": {"headline": shortened(title, 500)}},
        languages=("en",),
        facts=_facts(told, name, magnitude, place, basis),
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
        area=area,
    )


def _hazard(told: Json) -> Hazard:
    """USGS lists explosions and landslides beside earthquakes."""
    return Hazard.EARTHQUAKE if "quake" in str(told.get("type") or "quake") else Hazard.OTHER


def _facts(
    told: Json,
    name: str,
    magnitude: float | None,
    place: tuple[float, float, float] | None,
    basis: str,
) -> dict[str, Any]:
    names = ("magType", "alert", "mmi", "cdi", "felt", "tsunami", "status", "place", "net")
    facts = {key: told[key] for key in names if isinstance(told.get(key), str | int | float)}
    # Every name the networks gave the event: a ShakeMap may come under another one.
    ids = [one for one in str(told.get("ids") or "").split(",") if one]
    links = {"web": told.get("url"), "detail": told.get("detail")}
    facts |= {key: str(link)[:500] for key, link in links.items() if link}
    return facts | {
        "event_id": name,
        "ids": list(dict.fromkeys([name, *ids]))[:20],
        "magnitude": magnitude,
        "depth_km": place[2] if place else None,
        "basis": basis,
    }


def _best_area(
    repairs: Repairs,
    magnitude: float | None,
    place: tuple[float, float, float] | None,
    lines: Json | None,
    rupture: Json | None,
) -> tuple[Area, str]:
    """The area from the best there is: measured shaking, the rupture, the point."""
    if lines is not None and (area := _measured(lines, repairs)).cells:
        return area, "shakemap"
    if place is None:
        return Area(), "none"
    trace, top = _trace(rupture, repairs)
    lat, lon, depth = place
    quake = intensity.Quake(magnitude or 0.0, lat, lon, depth, rupture=trace, top_km=top)
    found = intensity.bands(quake)
    return area_of([found[0][1]], bands=found, estimated=True), "rupture" if trace else "point"


def _measured(collection: Json, repairs: Repairs) -> Area:
    lines = []
    for one in features_of(collection):
        level = _number(mapping(one.get("properties")).get("value"))
        shape = drawn(one.get("geometry"), f"{level}", "LineString", repairs)
        if level is not None and shape is not None:
            lines.append((level, shape))
    found = contours.bands(lines, _bbox(collection), repairs)
    if not found:
        return Area()
    first = max(
        (level for level, _shape in found if level <= intensity.DAMAGE), default=found[0][0]
    )
    bands = [band for band in found if band[0] >= first]
    return area_of([bands[0][1]], bands=bands, repairs=repairs)


def _bbox(collection: Json) -> BaseGeometry | None:
    corners = collection.get("bbox")
    if not isinstance(corners, list) or len(corners) != 4:  # two corners
        return None
    west, south, east, north = (_number(one) for one in corners)
    if west is None or south is None or east is None or north is None:
        return None
    if east < west:
        east += 360.0
    box = shapely.box(west, south, east, north)
    return box if on_earth(box) and box.area > 0 else None


def _trace(rupture: Json | None, repairs: Repairs) -> tuple[BaseGeometry | None, float]:
    """The rupture on the surface, and the depth of its upper edge in kilometres."""
    if rupture is None:
        return None, 0.0
    documents = features_of(rupture) or [rupture]
    geometries = [mapping(one.get("geometry")) for one in documents]
    shapes = [shape for one in geometries if (shape := from_geojson(one))]
    wide = [shape for shape in shapes if shape.geom_type not in ("Point", "MultiPoint")]
    if not wide:
        return None, 0.0
    depths = [depth for one in geometries for depth in _depths(one.get("coordinates"))]
    # The two edges of a dipping plane coincide from above; their lines say enough.
    lines = [shape.boundary if shape.geom_type.endswith("Polygon") else shape for shape in wide]
    # Side by side as they are: to find where thousands of lines cross takes for ever.
    parts = shapely.get_parts([geometry.unrolled(one) for one in _single(lines)])
    trace = shapely.MultiLineString(list(parts))
    if trace.length > _LONGEST_TRACE:
        repairs.add(_("The rupture is longer than any known; the epicentre alone was used."))
        return None, 0.0
    return trace, min(depths, default=0.0)


def _single(lines: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """The lines of multiple lines and collections."""
    parts = [part for line in lines for part in shapely.get_parts(line)]
    if any(shapely.get_num_geometries(part) > 1 for part in parts):
        return _single(parts)
    return [part for part in parts if part.geom_type in ("LineString", "LinearRing")]


def _depths(coordinates: object) -> list[float]:
    if not isinstance(coordinates, list):
        return []
    if len(coordinates) == 3 and not any(
        isinstance(one, list) for one in coordinates
    ):  # lon, lat, depth
        depth = _number(coordinates[2])
        return [] if depth is None else [max(depth, 0.0)]
    return [depth for one in coordinates for depth in _depths(one)]


def _severity(
    told: Json, magnitude: float | None, place: tuple[float, float, float] | None, area: Area
) -> str:
    """PAGER's colour; before PAGER speaks, the strongest shaking measured or estimated."""
    colour = str(told.get("alert") or "").lower()
    if colour in _SEVERITY:
        return _SEVERITY[colour]
    felt = _number(told.get("mmi"))
    if felt is None and magnitude is not None and place is not None:
        felt = intensity.around_hypocentre(magnitude, max(place[2], 1.0))
    if felt is None and not area.estimated:
        felt = max((band["intensity"] for band in area.intensities), default=None)
    return "Unknown" if felt is None else severity_of(felt)


def severity_of(felt: float) -> str:
    """The CAP severity of the strongest shaking anywhere."""
    return next((word for least, word in _BY_INTENSITY if felt >= least), "Minor")


def _place(coordinates: object, repairs: Repairs) -> tuple[float, float, float] | None:
    values = list(coordinates) if isinstance(coordinates, list | tuple) else []
    lon, lat, depth = (_number(one) for one in [*values[:3], None, None, None][:3])
    if lat is None or lon is None or not on_earth(shapely.Point(lon, lat)):
        repairs.add(_("The earthquake has no epicentre that can be placed on the map."))
        return None
    if depth is None or depth > _DEEPEST_KM:
        repairs.add(_("The depth is not known; 10 km were assumed."))
        depth = 10.0
    return lat, geometry.longitude(lon), depth


def _magnitude(value: object) -> float | None:
    found = _number(value)
    return found if found is not None and _WEAKEST <= found <= _STRONGEST else None


def _title(magnitude: float | None, place: object) -> str:
    size = f"M {magnitude:.1f}" if magnitude is not None else "M ?"
    # A fingerprint is no name to read out.
    return f"{size} - {place}" if place and not str(place).startswith("sha256-") else size


def _milliseconds(value: object) -> float | None:
    found = times.any_moment(value)
    return found.timestamp() * 1000 if found else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if isfinite(number) else None
