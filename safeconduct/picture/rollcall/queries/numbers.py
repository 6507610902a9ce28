"""The incident's numbers, cells and curve, read from tallies kept as standings change.

Every number says as of when. ``countries`` None means everywhere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from safeconduct.ground.kernel import clock
from safeconduct.picture.rollcall.engine.memo import Memo
from safeconduct.picture.rollcall.models import Minute, Version
from safeconduct.picture.rollcall.terms import SMALLEST_CELL, Presence, Safety


@dataclass(frozen=True, slots=True)
class Numbers:
    """People, each counted in every field that holds of them; ``registered`` is everybody."""

    registered: int
    presumed: int
    confirmed: int
    answered: int
    safe: int
    needs_help: int
    missing: int
    deceased: int
    not_there: int
    asked: int
    not_heard_from: int
    unreachable: int
    # Of whom something is known though no round asked them: they wrote, or somebody told us.
    unasked: int
    # The round that was named, else the last there was.
    since_round: int
    as_of: datetime | None

    @property
    def present(self) -> int:
        """Held to be in the area: presumed or confirmed."""
        return self.presumed + self.confirmed

    @property
    def known(self) -> int:
        """Of whom there was any word, asked for or not."""
        return self.answered + self.unasked

    @property
    def heard(self) -> int:
        """Of those asked, who answered their own last question: with the silent, all asked."""
        return self.asked - self.not_heard_from

    @property
    def heard_before(self) -> int:
        """Answered some earlier round, but are silent since their own last question."""
        return max(self.answered - self.heard, 0)


@dataclass(frozen=True, slots=True)
class Cell:
    """An H3 cell of resolution 5 and the people in it."""

    cell: int
    people: int
    asked: int
    not_heard_from: int
    needs_help: int

    @property
    def share(self) -> float:
        """Of those asked, how many have not been heard from: 0 to 1."""
        return self.not_heard_from / self.asked if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class Cells:
    """``hidden`` people are in cells too empty to draw, ``placeless`` somewhere in a country."""

    cells: tuple[Cell, ...]
    hidden: int
    placeless: int
    since_round: int


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Answers that reached our door in one minute."""

    minute: datetime
    safe: int
    needs_help: int
    not_there: int


_numbers: Memo[Numbers] = Memo()
_curves: Memo[list[CurvePoint]] = Memo()
_CURVE_HOLDS: Final = 15
_cells: Memo[Cells] = Memo()


def version(incident_id: int) -> int:
    """Counts up whenever a number changes; 0 before anything is known."""
    return _version(incident_id)[0]


def numbers(
    incident_id: int,
    countries: frozenset[str] | None,
    *,
    post_id: int | None = None,
    since_round: int | None = None,
) -> Numbers:
    """The incident's numbers; "not heard from" is since each one's own last question.

    With a round named, "asked" and "not heard from" are since that one. A later round for
    another area must not make those disappear who never answered the first.
    """
    current, as_of = _version(incident_id)
    asked = (incident_id, countries, post_id, since_round)
    return _numbers.get(asked, current, lambda: _count(*asked, as_of))


def cells(
    incident_id: int,
    countries: frozenset[str] | None,
    *,
    post_id: int | None = None,
    since_round: int | None = None,
) -> Cells:
    """Where people are and how many have not been heard from, as in :func:`numbers`.

    Cells of fewer than 5 are hidden.
    """
    current, _ = _version(incident_id)
    asked = (incident_id, countries, post_id, since_round)
    return _cells.get(asked, current, lambda: _map(*asked))


def curve(incident_id: int) -> list[CurvePoint]:
    """Answers by the minute they reached our door, all countries together."""
    points: dict[datetime, dict[int, int]] = {}
    for minute in Minute.objects.filter(incident_id=incident_id).order_by("minute", "safety"):
        points.setdefault(minute.minute, {})[minute.safety] = minute.answers
    return [
        CurvePoint(
            minute,
            answers.get(Safety.SAFE, 0),
            answers.get(Safety.NEEDS_HELP, 0) + answers.get(Safety.INJURED, 0),
            answers.get(Safety.NO_ANSWER, 0),
        )
        for minute, answers in points.items()
    ]


def curve_of(
    incident_id: int, countries: frozenset[str] | None, *, post_id: int | None = None
) -> list[CurvePoint]:
    """People of some countries by the minute of the newest word on them.

    Minutes of answers are counted for all countries together; here each person stands where
    their newest word was said, and nobody reads of people outside their countries from it.
    At most ``_CURVE_HOLDS`` seconds old: counting people costs more than reading tallies.
    """
    asked = (incident_id, countries, post_id)
    held = int(clock.now().timestamp()) // _CURVE_HOLDS
    return _curves.get(asked, held, lambda: _newest_words(*asked))


def _newest_words(
    incident_id: int, countries: frozenset[str] | None, post_id: int | None
) -> list[CurvePoint]:
    with connection.cursor() as cursor:
        cursor.execute(
            _NEWEST_WORDS,
            {
                "incident": incident_id,
                "countries": None if countries is None else sorted(countries),
                "post": post_id,
            },
        )
        return [CurvePoint(*row) for row in cursor.fetchall()]


def _version(incident_id: int) -> tuple[int, datetime | None]:
    row = Version.objects.filter(incident_id=incident_id).first()
    return (row.version, row.changed_at) if row else (0, None)


_COUNT: Final = f"""
    WITH t AS (
        SELECT * FROM rollcall_tally WHERE incident_id = %(incident)s
        AND (%(countries)s::varchar[] IS NULL OR country = ANY(%(countries)s))
        AND (%(post)s::smallint IS NULL OR post_id = %(post)s)
    ),
    r AS (
        SELECT greatest(%(since)s::smallint, 1) AS since,
            coalesce(%(since)s::smallint, max(asked_round), 0) AS last FROM rollcall_tally
        WHERE incident_id = %(incident)s AND people > 0
    )
    SELECT {{selected}},
        coalesce(sum(people), 0)::bigint,
        coalesce(sum(people) FILTER (WHERE asked_round >= since), 0)::bigint,
        coalesce(sum(people) FILTER (WHERE asked_round >= since
            AND heard_round < coalesce(%(since)s::smallint, asked_round)), 0)::bigint,
        coalesce(sum(people) FILTER (
            WHERE safety IN ({Safety.NEEDS_HELP:d}, {Safety.INJURED:d})), 0)::bigint
"""
_NEWEST_WORDS: Final = f"""
    SELECT date_trunc('minute', stated_at, 'UTC'),
        count(*) FILTER (WHERE safety = {Safety.SAFE:d}),
        count(*) FILTER (WHERE safety IN ({Safety.NEEDS_HELP:d}, {Safety.INJURED:d})),
        count(*) FILTER (WHERE safety = {Safety.NO_ANSWER:d})
    FROM rollcall_standing
    WHERE incident_id = %(incident)s AND heard_round > 0 AND stated_at IS NOT NULL
        AND (%(countries)s::varchar[] IS NULL OR country = ANY(%(countries)s))
        AND (%(post)s::smallint IS NULL OR post_id = %(post)s)
    GROUP BY 1 ORDER BY 1
"""
_NUMBERS: Final = (
    _COUNT.format(selected="min(last)")
    + f""",
        coalesce(sum(people) FILTER (WHERE presence = {Presence.PRESUMED:d}), 0)::bigint,
        coalesce(sum(people) FILTER (WHERE presence = {Presence.CONFIRMED:d}), 0)::bigint,
        coalesce(sum(people) FILTER (WHERE heard_round > 0), 0)::bigint,
        coalesce(sum(people) FILTER (WHERE safety = {Safety.SAFE:d}), 0)::bigint,
        coalesce(sum(people) FILTER (WHERE safety = {Safety.MISSING:d}), 0)::bigint,
        coalesce(sum(people) FILTER (WHERE safety = {Safety.DECEASED:d}), 0)::bigint,
        coalesce(sum(people) FILTER (
            WHERE presence IN ({Presence.DEPARTED:d}, {Presence.NEVER_THERE:d})), 0)::bigint,
        coalesce(sum(people) FILTER (WHERE NOT reachable), 0)::bigint,
        coalesce(sum(people) FILTER (WHERE asked_round = 0 AND heard_round = 0
            AND (safety <> {Safety.NO_ANSWER:d} OR presence IN ({Presence.CONFIRMED:d},
                {Presence.DEPARTED:d}, {Presence.NEVER_THERE:d}))), 0)::bigint
    FROM r LEFT JOIN t ON true
"""
)
_CELLS: Final = (
    _COUNT.format(selected="min(last), cell")
    + " FROM r JOIN t ON true GROUP BY cell HAVING sum(people) > 0 ORDER BY cell"
)


def _count(
    incident_id: int,
    countries: frozenset[str] | None,
    post_id: int | None,
    since_round: int | None,
    as_of: datetime | None,
) -> Numbers:
    (row,) = _rows(_NUMBERS, incident_id, countries, post_id, since_round)
    since, registered, asked, not_heard_from, needs_help, *others = row
    presumed, confirmed, answered, safe, missing, deceased, not_there, *last = others
    return Numbers(
        registered=registered,
        presumed=presumed,
        confirmed=confirmed,
        answered=answered,
        safe=safe,
        needs_help=needs_help,
        missing=missing,
        deceased=deceased,
        not_there=not_there,
        asked=asked,
        not_heard_from=not_heard_from,
        unreachable=last[0],
        unasked=last[1],
        since_round=since,
        as_of=as_of,
    )


def _map(
    incident_id: int,
    countries: frozenset[str] | None,
    post_id: int | None,
    since_round: int | None,
) -> Cells:
    found = _rows(_CELLS, incident_id, countries, post_id, since_round)
    placed = [Cell(*row[1:]) for row in found if row[1]]
    return Cells(
        cells=tuple(cell for cell in placed if cell.people >= SMALLEST_CELL),
        hidden=sum(cell.people for cell in placed if cell.people < SMALLEST_CELL),
        placeless=sum(row[2] for row in found if not row[1]),
        since_round=found[0][0] if found else since_round or 0,
    )


def _rows(
    statement: str,
    incident_id: int,
    countries: frozenset[str] | None,
    post_id: int | None,
    since_round: int | None,
) -> list[tuple[int, ...]]:
    parameters = {
        "incident": incident_id,
        "countries": None if countries is None else sorted(countries),
        "post": post_id,
        "since": since_round,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
