"""Raw answers read: whom each speaks for and what it says, or why a person must read it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from safeconduct.picture.rollcall.engine import rows
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.response.checkins import rules
from safeconduct.response.checkins.engine import askings
from safeconduct.response.checkins.engine.raw import Raw
from safeconduct.response.checkins.engine.repeats import unheard
from safeconduct.response.checkins.engine.understanding import understood
from safeconduct.response.checkins.rules import Asking, Users
from safeconduct.response.checkins.terms import Reason, Wish
from safeconduct.wires.intake.terms import Answer, Door, Scope

_KNOWN: Final = (
    "SELECT asked_id, key FROM checkins_reply"
    " WHERE incident_id = %s AND asked_id = ANY(%s::bigint[])"
)


class Said(NamedTuple):
    """One answer about one person."""

    raw: Raw
    answer: int
    of: Asking
    by: Asking


class Riddle(NamedTuple):
    """An answer for a person to read, and whom it may speak for.

    ``calls`` where it reads like a call for help; ``ask`` where its family can be asked
    whom it is for, at ``address``, and whose link would let them say so.
    """

    raw: Raw
    reason: Reason
    candidates: Sequence[Asking] = ()
    calls: bool = False
    ask: Asking | None = None
    address: str = ""


class Wished(NamedTuple):
    """Somebody asks to be written to no more, or again."""

    raw: Raw
    wish: Wish
    address: str


class Understood(NamedTuple):
    said: list[Said]
    riddles: list[Riddle]
    wishes: list[Wished]


def read_all(cursor: Cursor, arrived: Sequence[Raw]) -> Understood:
    """Everything the answers say, person by person; what nobody but a person can read; wishes.

    Texts heard before are left out.
    """
    raws = unheard(cursor, arrived)
    asked = askings.by_id(cursor, {raw.asked_id for raw in raws if raw.asked_id is not None})
    senders = {rules.telephone(raw.sender) for raw in raws if raw.asked_id is None}
    numbers = askings.by_number(cursor, senders) if senders else {}
    said: list[Said] = []
    wide: list[Said] = []
    riddles: list[Riddle] = []
    wishes: list[Wished] = []
    for raw in raws:
        found = _by_link(raw, asked) if raw.asked_id is not None else _by_text(raw, numbers)
        if isinstance(found, Riddle):
            riddles.append(found)
        elif isinstance(found, Wished):
            wishes.append(found)
        elif raw.scope == Scope.ME:
            said.append(found)
        else:
            wide.append(found)
    parties = askings.parties_of(cursor, [each.by for each in wide]) if wide else {}
    for each in wide:
        spoken = _spoken(each, parties)
        said.extend(spoken)
        if not spoken:
            riddles.append(Riddle(each.raw, Reason.UNKNOWN_LINK, [each.by]))
    return Understood(said, riddles, wishes)


def unseen(cursor: Cursor, said: Iterable[Said]) -> dict[int, list[Said]]:
    """The same by incident and without repeats: a key answers for an asked-id once, ever.

    Holds the incidents until the transaction ends: whoever folds next sees these.
    """
    by_incident: dict[int, list[Said]] = defaultdict(list)
    for each in said:
        by_incident[each.of.incident_id].append(each)
    rows.hold(cursor, by_incident)
    for incident_id, answers in by_incident.items():
        asked_ids = rows.ids({each.of.asked_id for each in answers})
        cursor.execute(_KNOWN, [incident_id, asked_ids], binary=True)
        known = set(cursor.fetchall())
        fresh: dict[tuple[int, UUID], Said] = {}
        for each in answers:
            fresh.setdefault((each.of.asked_id, each.raw.key), each)
        by_incident[incident_id] = [each for mark, each in fresh.items() if mark not in known]
    return by_incident


def _by_link(raw: Raw, asked: Mapping[int, Asking]) -> Said | Riddle:
    asking = asked.get(raw.asked_id or 0)
    if asking is None:
        return Riddle(raw, Reason.UNKNOWN_LINK)
    if raw.answer not in rules.ANSWERS:
        return Riddle(raw, Reason.BROKEN, [asking])
    return _accepted(Said(raw, raw.answer, asking, asking))


def _by_text(raw: Raw, numbers: Mapping[str, Users]) -> Said | Riddle | Wished:
    address = rules.telephone(raw.sender)
    reading = understood(raw.text)
    # What was read stands beside the text: the officer is spared typing it again.
    raw = raw._replace(answer=reading.answer)
    users = numbers.get(address)
    if users is None:
        return Riddle(raw, Reason.NO_NUMBER, calls=reading.calls)
    if raw.channel == Door.UNPROVEN:
        # Neither an answer nor STOP: who forges a From could silence somebody in danger.
        return Riddle(raw, Reason.UNPROVEN, users.askings, reading.calls)
    if reading.wish is not None:
        return Wished(raw, reading.wish, address)
    asking = rules.asking_of_sender(users, received_at=raw.received_at)
    if isinstance(asking, Reason):
        family = rules.family_asking(users, received_at=raw.received_at) if raw.answer else None
        return Riddle(raw, asking, users.askings, reading.calls, family, address)
    if reading.answer is None:
        return Riddle(raw, Reason.UNREADABLE, [asking], reading.calls)
    return _accepted(Said(raw, reading.answer, asking, asking))


def _accepted(said: Said) -> Said | Riddle:
    closed_at = said.by.incident_closed_at
    if rules.accepts_reply(incident_closed_at=closed_at, received_at=said.raw.received_at):
        return said
    return Riddle(said.raw, Reason.CLOSED, [said.by], said.answer == Answer.NEEDS_HELP)


def _spoken(said: Said, parties: Mapping[tuple[int, int], list[Asking]]) -> list[Said]:
    raw, answer, _, by = said
    listed = raw.others if isinstance(raw.others, list) else []
    others = {one for one in listed if isinstance(one, int)}
    party = parties.get((by.round_id, by.party_id), [])
    return [
        Said(raw, answer, of, by)
        for of in rules.spoken_for(by, party, scope=raw.scope, others=others)
    ]
