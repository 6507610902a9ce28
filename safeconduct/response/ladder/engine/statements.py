"""The questions a look asks, in SQL: who is still to be reached, and which messages are missing.

Every statement names the batch and the incident as values, so that the planner reads one
partition of each big table.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from safeconduct.picture.audiences.queries import UNSTOPPED, WORKING, usable
from safeconduct.picture.audiences.terms import Ways
from safeconduct.picture.rollcall.queries import speaks_to, speaks_to_all
from safeconduct.response.ladder.terms import FAILED, POINT_OF, Steps, StopsOn
from safeconduct.wires.messaging.engine.places import leads_to
from safeconduct.wires.messaging.engine.spoken import spoke_to
from safeconduct.wires.messaging.terms import Channel

_FAILED: Final = ", ".join(str(int(state)) for state in sorted(FAILED))
_CALL: Final = int(Channel.CALL)
# Messages to somebody of the person's party that speak to the person too. Whether a report is
# true depends on where the number leads; a made-up one leads to where its owner is.
_TOLD: Final = f"""
SELECT FROM registry_person q JOIN messaging_delivery d ON d.recipient_id = q.id
WHERE q.party_id = p.party_id AND d.batch_id = %(batch)s AND d.state = 3
    AND NOT (d.channel = 1 AND (d.address LIKE ANY(%(untrue_numbers)s::varchar[])
        OR (d.address LIKE '+999%%' AND d.country = ANY(%(untrue)s::varchar[]))))
    AND (q.id = p.id OR {speaks_to("p.id", "p.party_id")})"""
_UNPROVEN: Final = f"NOT EXISTS ({_TOLD})"
_ASKED: Final = """
SELECT a.person_id, a.party_id, a.id AS asked_id, a.post_id, s.country, p.language
FROM checkins_asked a
JOIN rollcall_standing s ON s.incident_id = %(incident)s AND s.person_id = a.person_id
JOIN registry_person p ON p.id = a.person_id
WHERE a.incident_id = %(incident)s AND a.round_id = %(round)s AND {which} AND {unreached}"""
# Who was only told something is in no round: the recipients of the first step, and whoever of
# their party it speaks to. A call speaks to those at home as well, who were never meant.
_INFORMED: Final = f"""
SELECT DISTINCT ON (p.id) p.id AS person_id, p.party_id, NULL::bigint AS asked_id, d.post_id,
    d.country, p.language
FROM messaging_delivery d
JOIN registry_person r ON r.id = d.recipient_id
JOIN registry_person p ON p.party_id = r.party_id
WHERE d.batch_id = %(batch)s AND {{which}} AND {{unreached}}
    AND (p.id = d.recipient_id
        OR d.channel <> {_CALL} AND {speaks_to("p.id", "p.party_id")})
ORDER BY p.id"""
# For each person the steps they have a contact point for, in order; beside each the message
# that was made of it, be it to another of the party at the same address, or for all of them, or
# the person too, at one that somebody has changed since; had it failed there, the new one is
# tried. Wanted is what has none and whose time has come, or before which nothing is left that
# could still arrive.
# A number that failed since the release is called all the same: an SMS fails at a landline.
_MISSING: Final = f"""
SELECT DISTINCT ON (c.party_id, w.channel, w.place) c.person_id, c.asked_id, c.post_id,
    w.channel, w.address, coalesce(nullif(w.language, ''), c.language), c.country,
    (count(*) OVER (PARTITION BY c.party_id, w.channel, w.place))::smallint
FROM ({{people}}) c CROSS JOIN LATERAL (
    SELECT s.channel, s.due, k.address, k.language, d.state,
        CASE WHEN s.channel = {_CALL} THEN '' ELSE k.address END AS place,
        coalesce(bool_and(coalesce(d.state IN ({_FAILED}), false)) OVER (
            ORDER BY s.nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS is_next
    FROM unnest(%(channels)s::smallint[], %(points)s::smallint[], %(due)s::boolean[])
        WITH ORDINALITY AS s(channel, point, due, nth)
    CROSS JOIN LATERAL (
        SELECT k.address, k.language FROM registry_contactpoint k
        WHERE k.person_id = c.person_id AND k.channel = s.point AND ({{usable}}
            OR (s.channel = {_CALL} AND k.last_failed_at >= %(began_at)s AND {{callable}}))
        ORDER BY {WORKING} IS TRUE DESC, k.last_worked_at DESC NULLS LAST, k.id LIMIT 1) k
    LEFT JOIN LATERAL (
        SELECT d.state FROM registry_person q
        JOIN messaging_delivery d ON d.recipient_id = q.id AND d.batch_id = %(batch)s
            AND d.channel = s.channel
        WHERE q.party_id = c.party_id
            AND (q.id = c.person_id OR s.channel = {_CALL} OR d.address = k.address
                OR d.state NOT IN ({_FAILED})
                    AND ({speaks_to_all("c.party_id")} OR {spoke_to("c.person_id")}))
        ORDER BY q.id = c.person_id DESC, d.address = k.address DESC, d.id LIMIT 1) d ON true
) w
WHERE w.state IS NULL AND (w.due OR w.is_next)
ORDER BY c.party_id, w.channel, w.place, c.person_id"""
# The last party (or recipient) of the next so many.
_UNTIL_PARTY: Final = """
SELECT max(party_id) FROM (
    SELECT party_id FROM checkins_asked
    WHERE incident_id = %(incident)s AND round_id = %(round)s AND party_id > %(after)s
    ORDER BY party_id LIMIT %(limit)s) few"""
_UNTIL_RECIPIENT: Final = """
SELECT max(recipient_id) FROM (
    SELECT recipient_id FROM messaging_delivery
    WHERE batch_id = %(batch)s AND recipient_id > %(after)s
    ORDER BY recipient_id LIMIT %(limit)s) few"""
_FAILURES: Final = f"""
SELECT DISTINCT d.recipient_id, p.party_id, d.settled_at
FROM messaging_delivery d JOIN registry_person p ON p.id = d.recipient_id
WHERE d.batch_id = %(batch)s AND d.state IN ({_FAILED}) AND d.settled_at >= %(since)s
ORDER BY d.settled_at, d.recipient_id LIMIT %(limit)s"""
_LAST_FAILURE: Final = f"""
SELECT max(settled_at) FROM messaging_delivery
WHERE batch_id = %(batch)s AND state IN ({_FAILED})"""
# Has not left, and nobody it speaks to is still to be reached.
_NEEDLESS: Final = f"""
SELECT d.id FROM {{looked_at}}
WHERE NOT EXISTS ({{silent}} AND p.id = d.recipient_id)
    AND (d.covers = 1 OR NOT EXISTS ({{silent}} AND p.party_id = (
        SELECT party_id FROM registry_person WHERE id = d.recipient_id)
        AND {speaks_to("p.id", "p.party_id")}))"""
# What leaves next of each channel: the rest of a long queue is looked at before it leaves.
_FIRST_TO_LEAVE: Final = """
unnest(%(channels)s::smallint[]) AS s(channel) CROSS JOIN LATERAL (
    SELECT * FROM messaging_delivery d
    WHERE d.batch_id = %(batch)s AND d.channel = s.channel AND d.state = 0
    ORDER BY d.id LIMIT %(limit)s) d"""
# What waits, or is in somebody's hands, for these people and whoever is of their party.
_OF_PEOPLE: Final = """
(SELECT * FROM messaging_delivery d
    WHERE d.batch_id = %(batch)s AND d.state IN (0, 1) AND d.recipient_id = ANY (ARRAY(
        SELECT q.id FROM registry_person h JOIN registry_person q ON q.party_id = h.party_id
        WHERE h.id = ANY (%(people)s)))) d"""
_SILENT: Final = """
SELECT FROM registry_person p JOIN rollcall_standing s
    ON s.incident_id = %(incident)s AND s.person_id = p.id
WHERE s.heard_round < %(number)s AND s.asked_round = %(number)s"""
_UNTOLD: Final = f"SELECT FROM registry_person p WHERE {_UNPROVEN}"

_NAME: Final = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Asking:
    """What the statements need to know of a climb; ``round_id`` None where it only informs."""

    batch_id: int
    incident_id: int | None
    round_id: int | None
    round_number: int
    steps: Steps
    stops_on: StopsOn
    despite_stop: bool
    began_at: datetime
    # Countries through whose operators an SMS report of delivery proves nothing.
    untrue: tuple[str, ...] = ()

    @property
    def of_round(self) -> bool:
        return self.round_id is not None

    @property
    def params(self) -> dict[str, Any]:
        beginnings, countries = leads_to(self.untrue)
        return {
            "batch": self.batch_id,
            "incident": self.incident_id,
            "round": self.round_id,
            "number": self.round_number,
            "began_at": self.began_at,
            "untrue": countries,
            "untrue_numbers": [f"{beginning}%" for beginning in beginnings],
            "channels": [int(step.channel) for step in self.steps],
            "points": [int(POINT_OF[step.channel]) for step in self.steps],
        }


def missing(asking: Asking, *, due: int, only: str) -> tuple[str, dict[str, Any]]:
    """Messages that should exist and do not, with ``due`` steps begun.

    ``only`` narrows the people: "range" by the parameters ``after`` and ``until``, "these"
    by the parameter ``ids``: parties where a round was asked, else recipients.
    """
    key = "a.party_id" if asking.of_round else "d.recipient_id"
    which = {
        "range": f"{key} > %(after)s AND {key} <= %(until)s",
        "these": f"{key} = ANY(%(ids)s)",
    }[only]
    people = _ASKED if asking.of_round else _INFORMED
    ways = Ways(despite_stop=asking.despite_stop)
    statement = _MISSING.format(
        people=people.format(which=which, unreached=_unreached(asking)),
        usable=usable(ways),
        callable="true" if asking.despite_stop else UNSTOPPED,
    )
    begun = [place < due for place in range(len(asking.steps))]
    return statement, asking.params | {"due": begun}


def until(asking: Asking) -> str:
    """The last party or recipient of the next ``limit`` after ``after``; NULL at the end."""
    return _UNTIL_PARTY if asking.of_round else _UNTIL_RECIPIENT


def failures() -> str:
    """Recipient, party and instant of what failed ``since``, at most ``limit``."""
    return _FAILURES


def last_failure() -> str:
    """The instant of the newest failure."""
    return _LAST_FAILURE


def needless(asking: Asking, *, only: str) -> str:
    """Ids of messages that have not left and that nobody needs any more.

    ``only`` narrows them: "first" to the first ``limit`` that wait of each channel, "people" to
    the parties of the parameter ``people``.
    """
    silent = _SILENT if asking.stops_on == StopsOn.ANSWER else _UNTOLD
    looked_at = {"first": _FIRST_TO_LEAVE, "people": _OF_PEOPLE}[only]
    return _NEEDLESS.format(looked_at=looked_at, silent=silent)


def in_order(statement: str, params: dict[str, Any]) -> tuple[str, list[Any]]:
    """A statement whose parameters have places instead of names, as the outbox takes them."""
    found = _NAME.findall(statement)
    return _NAME.sub("%s", statement), [params[name] for name in found]


def _unreached(asking: Asking) -> str:
    # Whoever was asked again is looked after by that round: nobody is called for both.
    silent = "s.heard_round < %(number)s AND s.asked_round = %(number)s"
    return silent if asking.stops_on == StopsOn.ANSWER else _UNPROVEN
