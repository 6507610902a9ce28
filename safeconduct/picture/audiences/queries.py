"""How many an audience comes to, before anybody is written to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce

from safeconduct.picture.audiences.engine import counting
from safeconduct.picture.audiences.engine.selection import Selection, selection_of
from safeconduct.picture.audiences.models import Audience
from safeconduct.picture.audiences.terms import PAGE, Preview, Unreachable, Ways
from safeconduct.picture.registry.rules import FADING_DAYS, FIRM_DAYS
from safeconduct.wires.messaging.terms import Channel

# A contact point that may be written to: it never failed, or worked after it last did.
WORKING = "(k.last_failed_at IS NULL OR k.last_worked_at > k.last_failed_at)"
# Nobody wrote STOP from it.
UNSTOPPED = "k.stopped_at IS NULL"
# Sorting a million people takes more than the server's everyday allowance; compiling takes
# longer than it saves.
_ALLOWANCE = "SET LOCAL work_mem = '192MB'; SET LOCAL jit = off"

# What a correction's audience was handed: each goes again the way it went.
_HANDED = """
SELECT d.channel, count(*) FROM messaging_delivery d
WHERE d.batch_id = %s AND (d.handed_at IS NOT NULL OR d.maybe_twice)
    AND d.recipient_id = ANY (%s)
GROUP BY d.channel ORDER BY d.channel
"""
_SOMEWHERE = """
SELECT s.person_id, (ascii(s.country_id) * 256 + ascii(substr(s.country_id, 2)))::int8
FROM registry_stay s
WHERE s.cell IS NULL AND s.departed_on IS NULL AND s.stay_from <= %(on)s
    AND (s.stay_until IS NULL OR s.stay_until > %(on)s)
    AND s.country_id = ANY(%(touched)s)
"""


@dataclass(frozen=True, slots=True)
class CountAndPage:
    people: int
    person_ids: list[int]


@transaction.atomic
def count_and_page(audience: Audience, *, after_id: int = 0, limit: int = PAGE) -> CountAndPage:
    """Everybody meant, once, and one page of them by id."""
    selection = selection_of(audience)
    _allow()
    everybody = counting.people(selection.rows(), selection.params)
    first = int(everybody.searchsorted(after_id, side="right"))
    return CountAndPage(len(everybody), everybody[first : first + limit].tolist())


def usable(ways: Ways) -> str:
    """SQL that says whether a contact point ``k`` of one of the ways may be written to."""
    return WORKING if ways.despite_stop else f"({WORKING} AND {UNSTOPPED})"


@transaction.atomic
def preview(audience: Audience, *, ways: Ways | None = None) -> Preview:
    """What the audience comes to now: nothing is written down, nobody is locked.

    Each person counts once however many of their stays match; messages count as
    they will be sent, one for each address of a party, by the first of the ways
    that works: unless told otherwise an SMS where there is a number, else a mail.
    A correction's go the way the first ones went, so that each of its people is reached.
    """
    ways = ways or Ways()
    selection = selection_of(audience)
    rows, params = selection.rows(), selection.params
    _allow()
    everybody = counting.members(rows, params | _ages(audience.as_of))
    contacts = counting.contacts(everybody, ways, working=WORKING, unstopped=UNSTOPPED)
    counting.forget()
    countries = counting.by_country(everybody.country)
    batch = audience.of_batch_id
    messages = _handed(batch, everybody) if batch else counting.messages(everybody, contacts, ways)
    return Preview(
        as_of=audience.as_of.isoformat(),
        people=len(everybody.person),
        parties=counting.parties(everybody),
        languages=counting.by_language(everybody),
        countries=countries,
        messages={Channel(channel).name.lower(): count for channel, count in messages.items()},
        unreachable=Unreachable() if batch else _unreachable(everybody, contacts, ways),
        somewhere=_somewhere(selection, everybody, touched=list(countries)),
        duplicates=counting.duplicates(everybody),
        confidence=counting.by_confidence(everybody),
        reach=counting.by_reach(everybody),
    )


def _handed(batch_id: int, everybody: counting.Members) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_HANDED, [batch_id, everybody.person.tolist()])
        return dict(cursor.fetchall())


def _ages(as_of: datetime) -> dict[str, datetime]:
    """Before when somebody must have said last where they are for us to doubt it."""
    return {
        "fading": as_of - timedelta(days=FIRM_DAYS),
        "doubtful": as_of - timedelta(days=FADING_DAYS),
    }


def laid_out(audience: Audience) -> dict[str, int]:
    """People, parties, messages and unreachable people laid out so far, whoever did it."""
    names = ("people", "parties", "messages", "unreachable")
    sums = audience.slices.aggregate(**{name: Coalesce(Sum(name), 0) for name in names})
    return {name: int(sums[name]) for name in names}


def touched_countries(audience: Audience) -> list[str]:
    """Codes of the countries an area lies in, by the cities in it, and of those meant whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT c.country_id FROM unnest(%s::bigint[], %s::bigint[]) AS r(low, high)
            JOIN places_city c ON c.cell BETWEEN r.low AND r.high
            """,
            [audience.cells_from, audience.cells_until],
        )
        by_city = {code for (code,) in cursor.fetchall()}
    return sorted(by_city | set(audience.countries) | set(audience.somewhere_in))


def _allow() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ALLOWANCE)


def _unreachable(
    everybody: counting.Members, contacts: counting.Contacts, ways: Ways
) -> Unreachable:
    """Whom none of the ways reaches, by what stands in the way last."""
    reached = contacts.person[counting.usable(contacts, ways)]
    silent = everybody.person[~np.isin(everybody.person, reached)]
    known = int(np.isin(silent, contacts.person).sum())
    stopped = int(np.isin(silent, contacts.person[contacts.works]).sum())
    return Unreachable(
        no_contact=len(silent) - known, only_failed=known - stopped, only_stopped=stopped
    )


def _somewhere(
    selection: Selection, everybody: counting.Members, *, touched: list[str]
) -> dict[str, int]:
    """People known only to be somewhere in the countries the audience touches."""
    if selection.audience.of_batch_id is not None:
        return {}
    codes = {*touched, *touched_countries(selection.audience)}
    apart = sorted(codes - set(selection.audience.countries))
    return counting.somewhere(_SOMEWHERE, selection.params | {"touched": apart}, everybody)
