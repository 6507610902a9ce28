"""A ShakeMap's grid.xml: shaking at every point of a grid.

ShakeMap Manual, "Products", grid.xml; the same form is used by USGS, BMKG and others.
"""

import numpy as np
import shapely
from django.utils.translation import gettext_noop as _
from shapely.geometry.base import BaseGeometry

from safeconduct.wires.hazards.engine import intensity, times, xml
from safeconduct.wires.hazards.engine.areas import area_of
from safeconduct.wires.hazards.engine.reading import Reading, Repairs, UnreadableError, shortened
from safeconduct.wires.hazards.engine.usgs import SENDER, severity_of
from safeconduct.wires.hazards.terms import Hazard, Source

ROOT = "shakemap_grid"
_MOST_POINTS = 2_000_000


def read_grid(root: xml.Element, repairs: Repairs) -> Reading:
    """One reading of the whole grid; refused without a usable column of intensity."""
    event = next(xml.descendants(root, "event"), None)
    if event is None:
        raise UnreadableError(_("The ShakeMap does not say which earthquake it belongs to."))
    bands = _bands(root)
    title = f"M {event.get('magnitude', '?')} - {event.get('event_description', '')}".strip(" -")
    name = root.get("event_id") or event.get("event_id") or ""
    onset = times.any_moment((event.get("event_timestamp") or "").replace("UTC", "Z"))
    strongest = bands[-1][0]
    scenario = root.get("shakemap_event_type", "").upper() == "SCENARIO"
    return Reading(
        source=Source.USGS,
        outcome=repairs.outcome(),
        repairs=repairs.notes(),
        identifier=name[:300],
        sender=root.get("shakemap_originator", SENDER)[:200],
        sent=times.any_moment((root.get("process_timestamp") or "").replace("UTC", "Z")),
        status="Exercise" if scenario else "Actual",
        msg_type="Alert",
        category="Geo",
        hazard=Hazard.EARTHQUAKE,
        event=shortened(title, 200),
        severity=severity_of(strongest),
        urgency="Immediate",
        certainty="Observed",
        onset=onset,
        texts={"en": {"headline": title}},
        languages=("en",),
        facts={"event_id": name, "ids": [name], "mmi": strongest, "basis": "shakemap"},
        latitude=_number(event.get("lat")),
        longitude=_number(event.get("lon")),
        area=area_of([bands[0][1]], bands=bands),
    )


def _bands(root: xml.Element) -> list[tuple[float, BaseGeometry]]:
    points = _points(root)
    top = float(points[:, 2].max())
    first = min(intensity.DAMAGE, np.floor(top))
    levels = np.arange(first, np.floor(top) + 1)
    step = _step(points[:, 0]), _step(points[:, 1])
    return [(float(at), _boxes(points[points[:, 2] >= at], step)) for at in levels]


def _points(root: xml.Element) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Longitude, latitude and intensity of each point."""
    columns: dict[str, int] = {}
    for number, one in enumerate(xml.descendants(root, "grid_field")):
        columns.setdefault(one.get("name", "").upper(), number)
    data = next(xml.descendants(root, "grid_data"), None)
    if data is None or not {"LON", "LAT", "MMI"} <= set(columns):
        raise UnreadableError(_("The ShakeMap has no column of intensity."))
    try:
        numbers = np.array(xml.text_of(data).split(), dtype=np.float64)
        table = numbers.reshape(-1, len(list(xml.descendants(root, "grid_field"))))
    except ValueError:
        raise UnreadableError(_("The table of the ShakeMap cannot be read.")) from None
    points = table[:, [columns["LON"], columns["LAT"], columns["MMI"]]]
    points = points[np.isfinite(points).all(axis=1)]
    sound = (np.abs(points[:, 0]) <= 360) & (np.abs(points[:, 1]) <= 90)  # degrees
    if not sound.any() or len(points) > _MOST_POINTS:
        raise UnreadableError(_("The table of the ShakeMap cannot be read."))
    kept: np.ndarray[tuple[int, int], np.dtype[np.float64]] = points[sound]
    return kept


def _boxes(
    points: np.ndarray[tuple[int, int], np.dtype[np.float64]], step: tuple[float, float]
) -> BaseGeometry:
    """The ground the points stand for; neighbours in a row make one box."""
    order = np.lexsort((points[:, 0], points[:, 1]))
    lons, lats = points[order, 0], points[order, 1]
    breaks = (np.diff(lats) != 0) | (np.diff(lons) > step[0] * 1.5)
    firsts = np.concatenate(([0], np.flatnonzero(breaks) + 1))
    lasts = np.concatenate((np.flatnonzero(breaks), [len(lons) - 1]))
    half_lon, half_lat = step[0] * 0.5001, step[1] * 0.5001
    boxes = shapely.box(
        lons[firsts] - half_lon,
        np.maximum(lats[firsts] - half_lat, -90),
        lons[lasts] + half_lon,
        np.minimum(lats[firsts] + half_lat, 90),
    )
    return shapely.union_all(boxes)


def _step(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    distinct = np.unique(np.round(values, 4))
    return float(np.median(np.diff(distinct))) if len(distinct) > 1 else 0.0167


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
