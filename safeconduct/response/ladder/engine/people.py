"""Whom a batch is for: a page of them, or those of a search."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from safeconduct.response.ladder.models import Climb

PAGE: Final = 50
_ASKED: Final = """
SELECT a.person_id, a.party_id, s.country, s.heard_round >= %(number)s
FROM checkins_asked a
JOIN rollcall_standing s ON s.incident_id = %(incident)s AND s.person_id = a.person_id
WHERE a.incident_id = %(incident)s AND a.round_id = %(round)s
    AND (%(countries)s::varchar[] IS NULL OR s.country = ANY(%(countries)s))
    AND {which}
ORDER BY a.party_id, a.person_id LIMIT %(limit)s
"""
_AFTER_ASKED: Final = "(a.party_id, a.person_id) > (%(party)s, %(person)s)"
_THESE_ASKED: Final = "a.person_id = ANY(%(ids)s)"
# Who was only told something is in no round. At a shared address stands the first of the party.
_INFORMED: Final = """
SELECT d.recipient_id, 0::bigint, min(d.country), bool_or(d.state = 3)
FROM messaging_delivery d
WHERE d.batch_id = %(batch)s
    AND (%(countries)s::varchar[] IS NULL OR d.country = ANY(%(countries)s))
    AND {which}
GROUP BY d.recipient_id ORDER BY d.recipient_id LIMIT %(limit)s
"""
_AFTER_INFORMED: Final = "d.recipient_id > %(person)s"
_THESE_INFORMED: Final = "d.recipient_id = ANY(%(ids)s)"


@dataclass(frozen=True, slots=True)
class Addressed:
    """Somebody a batch is for; ``done``: heard from where it asks, proven where it informs."""

    person_id: int
    party_id: int
    country: str
    done: bool

    @property
    def mark(self) -> str:
        """Where the next page goes on, as it stands in an address."""
        return f"{self.party_id}.{self.person_id}"


def people_of(
    climb: Climb, countries: Collection[str] | None, *, after: str = "", limit: int = PAGE
) -> list[Addressed]:
    """The next so many people in these countries (None: all), a party together.

    :raises ValueError: if the mark is none of ours.
    """
    party, _, person = (after or "0.0").partition(".")
    place = {"party": _number(party), "person": _number(person)}
    return _found(climb, countries, "after", place, limit)


def those_of(
    climb: Climb, countries: Collection[str] | None, *, ids: Collection[int]
) -> list[Addressed]:
    """Of these people whom the batch is for, where they are in these countries (None: all)."""
    return _found(climb, countries, "these", {"ids": list(ids)}, len(ids))


def _found(
    climb: Climb,
    countries: Collection[str] | None,
    which: str,
    more: dict[str, Any],
    limit: int,
) -> list[Addressed]:
    asks = climb.round is not None
    statement, after, these = (
        (_ASKED, _AFTER_ASKED, _THESE_ASKED)
        if asks
        else (_INFORMED, _AFTER_INFORMED, _THESE_INFORMED)
    )
    known = {
        "batch": climb.batch_id,
        "incident": climb.incident_id,
        "round": climb.round_id,
        "number": climb.round.number if climb.round else 0,
        "countries": None if countries is None else sorted(countries),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(which={"after": after, "these": these}[which]), known | more
        )
        return [Addressed(*row) for row in cursor.fetchall()]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError(text)
    return int(text)
