"""Raw answers read: whom each speaks for and what it says, or why a person must read it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.response.checkins import rules
from safeconduct.response.checkins.engine import askings
from safeconduct.response.checkins.engine.raw import Raw
from safeconduct.response.checkins.rules import Asking
from safeconduct.response.checkins.terms import Reason
from safeconduct.wires.intake.terms import Answer, Scope


class Said(NamedTuple):
    """One answer about one person."""

    raw: Raw
    answer: int
    of: Asking
    by: Asking


class Riddle(NamedTuple):
    """An answer for a person to read, and whom it may speak for."""

    raw: Raw
    reason: Reason
    candidates: Sequence[Asking] = ()


class _Placed(NamedTuple):
    raw: Raw
    answer: int
    by: Asking


def read_all(cursor: Cursor, raws: Sequence[Raw]) -> tuple[list[Said], list[Riddle]]:
    """Everything the answers say, person by person, and what nobody but a person can read."""
    asked = askings.by_id(cursor, {raw.asked_id for raw in raws if raw.asked_id is not None})
    senders = {rules.telephone(raw.sender) for raw in raws if raw.asked_id is None}
    numbers = askings.by_number(cursor, senders) if senders else {}
    placed: list[_Placed] = []
    riddles: list[Riddle] = []
    for raw in raws:
        found = _by_link(raw, asked) if raw.asked_id is not None else _by_text(raw, numbers)
        if isinstance(found, Riddle):
            riddles.append(found)
        else:
            placed.append(found)
    wide = [each.by for each in placed if each.raw.scope != Scope.ME]
    parties = askings.parties_of(cursor, wide) if wide else {}
    said: list[Said] = []
    for each in placed:
        found_for = _spoken(each, parties)
        said.extend(found_for)
        if not found_for:
            riddles.append(Riddle(each.raw, Reason.UNKNOWN_LINK, [each.by]))
    return said, riddles


def unseen(cursor: Cursor, said: Iterable[Said]) -> Iterator[Said]:
    """The same without repeats: one key answers for one asked-id once, now or earlier."""
    said = list(said)
    known: set[tuple[int, object]] = set()
    for incident_id in {each.of.incident_id for each in said}:
        ids = [each.of.asked_id for each in said if each.of.incident_id == incident_id]
        cursor.execute(
            "SELECT asked_id, key FROM checkins_reply"
            " WHERE incident_id = %s AND asked_id = ANY(%s)",
            [incident_id, ids],
            binary=True,
        )
        known.update(cursor)
    for each in said:
        mark = (each.of.asked_id, each.raw.key)
        if mark not in known:
            known.add(mark)
            yield each


def _by_link(raw: Raw, asked: Mapping[int, Asking]) -> _Placed | Riddle:
    asking = asked.get(raw.asked_id or 0)
    if asking is None:
        return Riddle(raw, Reason.UNKNOWN_LINK)
    if raw.answer not in set(Answer):
        return Riddle(raw, Reason.BROKEN, [asking])
    return _accepted(_Placed(raw, raw.answer, asking))


def _by_text(raw: Raw, numbers: Mapping[str, list[Asking]]) -> _Placed | Riddle:
    candidates = numbers.get(rules.telephone(raw.sender))
    if candidates is None:
        return Riddle(raw, Reason.NO_NUMBER)
    asking = rules.asking_of_sender(candidates)
    if isinstance(asking, Reason):
        return Riddle(raw, asking, candidates)
    answer = rules.digit_in(raw.text)
    if answer is None:
        return Riddle(raw, Reason.UNREADABLE, [asking])
    return _accepted(_Placed(raw, answer, asking))


def _accepted(placed: _Placed) -> _Placed | Riddle:
    if rules.accepts_reply(
        incident_closed_at=placed.by.incident_closed_at, received_at=placed.raw.received_at
    ):
        return placed
    return Riddle(placed.raw, Reason.CLOSED, [placed.by])


def _spoken(placed: _Placed, parties: Mapping[tuple[int, int], list[Asking]]) -> list[Said]:
    raw, answer, by = placed
    listed = raw.others if isinstance(raw.others, list) else []
    others = {one for one in listed if isinstance(one, int)}
    party = parties.get((by.round_id, by.party_id), [])
    return [
        Said(raw, answer, of, by)
        for of in rules.spoken_for(by, party, scope=raw.scope, others=others)
    ]
