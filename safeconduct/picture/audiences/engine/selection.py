"""An audience's question in SQL: every stay that makes its person one of those meant.

A person may come out several times, with a residence and a trip in one area; whoever
reads the rows keeps one of them for each person (``BEST_FIRST``).
"""

from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, Final

from safeconduct.picture.audiences.models import Audience
from safeconduct.picture.audiences.rules import Runs, runs_by_intensity

type Params = dict[str, Any]

# The harder hit place, then the known over the unknown one, then the fresher record.
BEST_FIRST: Final = "intensity DESC, cell NULLS LAST, record_at DESC"

_STANDS: Final = """s.departed_on IS NULL AND s.stay_from <= %(on)s
    AND (s.stay_until IS NULL OR s.stay_until > %(on)s)"""
_COLUMNS: Final = "s.person_id, s.country_id AS country, s.confirmed_at AS record_at, s.cell"
# The intensity at a cell, by binary search: one whole country has many cells outside the runs.
_INTENSITY: Final = """CASE WHEN s.cell <= (%(highs)s::bigint[])[
        width_bucket(s.cell, %(lows)s::bigint[])]
    THEN (%(tenths)s::smallint[])[width_bucket(s.cell, %(lows)s::bigint[])] ELSE 0 END"""

_IN_AREA: Final = f"""
SELECT {_COLUMNS}, r.intensity
FROM unnest(%(lows)s::bigint[], %(highs)s::bigint[], %(tenths)s::smallint[])
    AS r(low, high, intensity)
JOIN registry_stay s ON s.cell BETWEEN r.low AND r.high AND {_STANDS}"""
# The same from the hardest hit run down: whoever reads only the first rows reads those.
# LATERAL with an OFFSET is not turned round by the planner.
_IN_AREA_HARDEST_FIRST: Final = f"""
SELECT s.*, r.intensity
FROM (SELECT * FROM unnest(%(lows)s::bigint[], %(highs)s::bigint[], %(tenths)s::smallint[])
    AS runs(low, high, intensity) ORDER BY intensity DESC) r
CROSS JOIN LATERAL (SELECT {_COLUMNS} FROM registry_stay s
    WHERE s.cell BETWEEN r.low AND r.high AND {_STANDS} OFFSET 0) s"""
_IN_AREA_OF: Final = f"""
SELECT {_COLUMNS}, {_INTENSITY}::smallint AS intensity FROM registry_stay s
WHERE s.person_id = ANY(%(people)s) AND {_STANDS}
    AND s.cell <= (%(highs)s::bigint[])[width_bucket(s.cell, %(lows)s::bigint[])]"""
_IN_COUNTRY: Final = f"""
SELECT {_COLUMNS}, {_INTENSITY}::smallint AS intensity FROM registry_stay s
WHERE s.country_id = ANY(%(countries)s) AND {_STANDS}"""
_SOMEWHERE: Final = f"""
SELECT {_COLUMNS}, 0::smallint AS intensity FROM registry_stay s
WHERE s.cell IS NULL AND s.country_id = ANY(%(somewhere)s) AND {_STANDS}"""
# Everybody one message spoke to: the recipient and those of the party at the same address.
# A message a lost sender may have handed over counts as handed over.
_HANDED: Final = """
SELECT p.id AS person_id, d.country, coalesce(s.confirmed_at, p.changed_at) AS record_at, s.cell,
    0::smallint AS intensity
FROM messaging_delivery d
JOIN registry_person r ON r.id = d.recipient_id
JOIN registry_person p ON p.party_id = r.party_id
LEFT JOIN LATERAL (
    SELECT s.cell, s.confirmed_at FROM registry_stay s
    WHERE s.person_id = p.id AND s.country_id = d.country AND s.departed_on IS NULL
    ORDER BY s.cell NULLS LAST, s.id LIMIT 1) s ON true
WHERE d.batch_id = %(batch)s AND (d.handed_at IS NOT NULL OR d.maybe_twice)
    AND (p.id = d.recipient_id OR EXISTS (
        SELECT FROM registry_contactpoint k
        WHERE k.person_id = p.id AND k.channel = d.channel AND k.address = d.address))"""


@dataclass(frozen=True, slots=True)
class Selection:
    """One audience, ready to be put into a query."""

    audience: Audience
    runs: Runs

    @property
    def params(self) -> Params:
        return {
            "lows": self.runs.lows,
            "highs": self.runs.highs,
            "tenths": self.runs.tenths,
            "countries": self.audience.countries,
            "somewhere": self.audience.somewhere_in,
            "batch": self.audience.of_batch_id,
            "on": self.on,
        }

    @property
    def on(self) -> date:
        """The day whose stays count; periods are half-open and counted in UTC."""
        return self.audience.as_of.astimezone(UTC).date()

    def rows(self, *, of_people: bool = False, hardest_first: bool = False) -> str:
        """SQL of the meant stays: person_id, country, record_at, cell, intensity.

        ``of_people`` looks only at those in the parameter ``people``; ``hardest_first``
        brings those of the area in that order.
        """
        only = " AND s.person_id = ANY(%(people)s)" if of_people else ""
        if self.audience.of_batch_id is not None:
            return _HANDED + (" AND p.id = ANY(%(people)s)" if of_people else "")
        parts = []
        if self.runs.lows:
            in_area = _IN_AREA_HARDEST_FIRST if hardest_first else _IN_AREA
            parts.append(_IN_AREA_OF if of_people else in_area)
        if self.audience.countries:
            parts.append(_IN_COUNTRY + only)
        if self.audience.somewhere_in:
            parts.append(_SOMEWHERE + only)
        return " UNION ALL ".join(parts) or _SOMEWHERE + " AND false"


def selection_of(audience: Audience) -> Selection:
    runs = runs_by_intensity(audience.cells_from, audience.cells_until, audience.intensities)
    return Selection(audience, runs)
