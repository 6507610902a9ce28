"""A signal on a map that needs no script."""

import math
from dataclasses import dataclass
from typing import Final

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.places.engine.atlas import AtlasMissingError, recognised
from safeconduct.ground.places.engine.drawing import mercator, path_of, sheet_around
from safeconduct.wires.hazards.models import Signal

# Mercator degrees shown around a point, about 150 km at the equator.
_AROUND: Final = 1.5


@dataclass(frozen=True, slots=True)
class Drawing:
    """SVG paths of countries and of the area, and where the middle of the event lies."""

    width: int
    height: int
    land: list[str]
    area: str
    point: tuple[float, float] | None


def drawing(signal: Signal) -> Drawing | None:
    """The signal's outline and point among its countries; None where it has neither."""
    whole = _shape(signal)
    centre = None
    if signal.latitude is not None and signal.longitude is not None:
        centre = mercator(signal.latitude, signal.longitude)
    corners = [mercator(lat, lon) for lon, lat in shapely.get_coordinates(whole)] if whole else []
    if centre is not None:
        corners.append(centre)
    if not corners:
        return None
    sheet = sheet_around(corners, least=_AROUND)
    return Drawing(
        width=math.ceil(sheet.width),
        height=math.ceil(sheet.height),
        land=[path for outline in _land() if (path := path_of(outline, sheet))],
        area=path_of(whole, sheet) if whole else "",
        point=sheet.place(centre) if centre else None,
    )


def _shape(signal: Signal) -> BaseGeometry | None:
    return shape(signal.outline) if signal.outline else None


def _land() -> list[BaseGeometry]:
    try:
        return [outline.geometry for outline in recognised("50m", drawn=True)]
    except AtlasMissingError:
        # Poorer without outlines, but a signal must not fail for it.
        return []
