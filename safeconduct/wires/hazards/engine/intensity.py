"""How strongly an earthquake was probably felt, where nobody has measured it yet.

Allen, Wald and Worden (2012), "Intensity attenuation for active crustal regions", Journal
of Seismology 16, 409-433: Modified Mercalli intensity from magnitude and distance, without
site effects. Near a known rupture the distance to the rupture is used, otherwise the
distance to the hypocentre. The median is taken: half of all places feel more.
"""

from dataclasses import dataclass
from math import exp, hypot, log

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel import geometry
from safeconduct.wires.hazards.engine.areas import joined

# Where damage to ordinary buildings begins (MMI VI, "strong"): those inside are asked how
# they are. V is felt and harmless, VII alone would leave out half of the collapsed houses.
DAMAGE = 6.0
_WEAKEST, _STRONGEST = 4, 10
# No epicentre is known better than this in the first minutes.
_AT_LEAST_KM = 10.0
_AT_MOST_KM = 1500.0
_ANELASTIC_KM = 50.0
_STEP_KM = 15.0
# A trace drawn with more corners than this is thinned out.
_MOST_DISCS = 2_000


@dataclass(frozen=True, slots=True)
class Quake:
    """Magnitude, hypocentre and, where one is known, the trace of the rupture."""

    magnitude: float
    latitude: float
    longitude: float
    depth_km: float
    rupture: BaseGeometry | None = None
    # Depth of the upper edge of the rupture.
    top_km: float = 0.0


def near_rupture(magnitude: float, km: float) -> float:
    """Intensity at a distance from the rupture (equation with R_rup)."""
    saturation = 1.0 + 0.813 * exp(magnitude - 5)
    return 3.950 + 0.913 * magnitude - 1.107 * log(hypot(km, saturation))


def around_hypocentre(magnitude: float, km: float) -> float:
    """Intensity at a distance from the hypocentre (equation with R_hyp)."""
    saturation = -0.209 + 2.042 * exp(magnitude - 5)
    felt = 2.085 + 1.428 * magnitude - 1.402 * log(hypot(km, saturation))
    return felt + (0.078 * log(km / _ANELASTIC_KM) if km > _ANELASTIC_KM else 0.0)


def reach_km(quake: Quake, level: float) -> float:
    """How far on the surface, from the rupture or epicentre, a level is felt; 0 if nowhere."""
    low, high = 0.0, _AT_MOST_KM
    if _felt(quake, low) < level:
        return 0.0
    while high - low > 0.1:
        middle = (low + high) / 2
        low, high = (middle, high) if _felt(quake, middle) >= level else (low, middle)
    return low


def bands(quake: Quake) -> list[tuple[float, BaseGeometry]]:
    """Areas by intensity, weakest first; the first of them is the area of the signal.

    It starts at VI, or below where the quake reaches no VI anywhere, and is never smaller
    than the epicentre is uncertain.
    """
    strongest = min(_felt(quake, 0.0), _STRONGEST)
    first = min(DAMAGE, max(float(int(strongest)), float(_WEAKEST)))
    levels = [first + step for step in range(_STRONGEST) if first + step <= strongest]
    return [
        (level, around(quake, max(reach_km(quake, level), _AT_LEAST_KM if level == first else 1.0)))
        for level in levels or [first]
    ]


def around(quake: Quake, km: float) -> BaseGeometry:
    """All places within a distance of the rupture, or else of the epicentre."""
    if quake.rupture is None or quake.rupture.is_empty:
        return geometry.disc(quake.latitude, quake.longitude, km)
    # Discs along the trace, dense enough that their union is the buffer on the sphere.
    step = max(min(km / 4, _STEP_KM), 1.0) / 111.0
    trace = quake.rupture
    if shapely.get_num_coordinates(trace) > _MOST_DISCS:
        trace = shapely.simplify(trace, step / 4)
    points = shapely.get_coordinates(shapely.segmentize(trace, step))
    # One of those close together is enough.
    _places, firsts = np.unique(points[:, :2] // (step / 2), axis=0, return_index=True)
    points = points[np.sort(firsts)][:: len(firsts) // (2 * _MOST_DISCS) + 1]
    lons = (points[:, 0] + 180) % 360 - 180
    return joined(
        [geometry.disc(lat, lon, km) for lon, lat in zip(lons, points[:, 1], strict=True)]
    )


def _felt(quake: Quake, km: float) -> float:
    if quake.rupture is not None and not quake.rupture.is_empty:
        return near_rupture(quake.magnitude, hypot(km, max(quake.top_km, 0.0)))
    return around_hypocentre(quake.magnitude, max(hypot(km, max(quake.depth_km, 0.0)), 0.1))
