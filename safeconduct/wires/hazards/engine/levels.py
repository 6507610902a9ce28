"""Where a message applies whose blocks are of different levels, each with ground of its own.

Blocks in several languages repeat one level and one area; then all of it counts, as ever. Where
levels differ, the area is that of the worst and of whatever else is severe or of unknown level.
A lower block's own ground would else be shown as if the worst were for it; it is named instead.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import shapely
from django.utils.translation import gettext_noop as _
from shapely.geometry.base import BaseGeometry

from safeconduct.wires.hazards.engine import cap_area, cap_form, xml
from safeconduct.wires.hazards.engine.areas import joined
from safeconduct.wires.hazards.engine.reading import Note, Repairs, shortened

# Levels at which nobody may be out of sight because others are worse off.
_NEVER_LEFT_OUT: Final = ("Extreme", "Severe", "Unknown")
# Less of its ground outside than this is the edge of a line drawn twice.
_OUTSIDE: Final = 0.01

_WITHIN = _("Part of the area on the map is of a lower level: %(names)s.")
_BEYOND = _("Part of the message is of a lower level and not in the area on the map: %(names)s.")


def found(
    infos: Sequence[xml.Element],
    severities: Sequence[str],
    resolver: cap_area.Resolver,
    repairs: Repairs,
) -> cap_area.Found:
    """The area of a message, and a problem for what is of a lower level than the rest."""
    order = cap_form.LISTS["severity"]
    worst = min(severities, key=order.index, default="Unknown")
    kept = [one for one in severities if one == worst or one in _NEVER_LEFT_OUT]
    drawing = cap_area.Drawing()
    whole = _collected(_of(infos, severities, kept), resolver, repairs, drawing)
    left = [level for level in order if level in severities and level not in kept]
    if left and not whole.shapes:
        # Only the lower ones say where.
        return _collected(infos, resolver, repairs, drawing)
    others = [one for one in order if one in severities and one not in {worst, "Unknown"}]
    worst_ones = _of(infos, severities, [worst]) if others else []
    chief = _collected(worst_ones, resolver, Repairs(), drawing)
    for level in others:
        lower = _collected(_of(infos, severities, [level]), resolver, repairs, drawing)
        _tell(whole, level, lower, chief, _BEYOND if level in left else _WITHIN)
    return whole


def _of(
    infos: Sequence[xml.Element], severities: Sequence[str], wanted: Iterable[str]
) -> list[xml.Element]:
    chosen = set(wanted)
    return [info for info, level in zip(infos, severities, strict=True) if level in chosen]


def _collected(
    infos: Iterable[xml.Element],
    resolver: cap_area.Resolver,
    repairs: Repairs,
    drawing: cap_area.Drawing,
) -> cap_area.Found:
    collected = cap_area.Found(drawing=drawing)
    for info in infos:
        for area in xml.children(info, "area"):
            cap_area.collect(area, collected, resolver, repairs)
    return collected


def _tell(
    whole: cap_area.Found, level: str, lower: cap_area.Found, chief: cap_area.Found, said: str
) -> None:
    if lower.names <= chief.names and not _is_outside(lower.shapes, chief.shapes):
        return
    for system, codes in lower.codes.items():
        # Each once; there may be thousands in each block.
        whole.codes[system] = list(dict.fromkeys([*whole.codes.get(system, ()), *codes]))
    named = f"{level}: {'; '.join(sorted(lower.names)) or '–'}"
    whole.problems.append(Note(said, {"names": shortened(named, 150)}))


def _is_outside(lower: Sequence[BaseGeometry], chief: Sequence[BaseGeometry]) -> bool:
    ground = joined(lower)
    return bool(shapely.difference(ground, joined(chief)).area > _OUTSIDE * ground.area)
