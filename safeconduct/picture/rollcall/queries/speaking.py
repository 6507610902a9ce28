"""Whom of a party a message speaks to: the families' one telephone is everybody's."""

from typing import Final

from safeconduct.wires.messaging.engine.spoken import spoke_to
from safeconduct.wires.messaging.terms import Channel

# Everybody where it was written for as many as the party has: who changed their number since was
# spoken to at the old one all the same.
_SPEAKS_TO_ALL: Final = """(d.covers > 1 AND d.covers >= (
        SELECT count(*) FROM registry_person AS every WHERE every.party_id = {party}))"""
# Whoever has its address, or had it when that was given up; and everybody for a call.
_SPEAKS_TO: Final = """(
    d.channel = {call} OR EXISTS (
        SELECT FROM registry_contactpoint AS k
        WHERE k.person_id = {person} AND k.address = d.address)
    OR {all} OR {was_theirs})"""


def speaks_to(person: str, party: str) -> str:
    """SQL: whether message ``d``, to somebody of ``party``, speaks to another ``person`` of it.

    Both are columns. Beside a message the rule is :func:`speaks_to_member`.
    """
    everybody = speaks_to_all(party)
    return _SPEAKS_TO.format(
        call=int(Channel.CALL), person=person, all=everybody, was_theirs=spoke_to(person)
    )


def speaks_to_all(party: str) -> str:
    """SQL: whether message ``d``, to somebody of ``party``, was written for all of it."""
    return _SPEAKS_TO_ALL.format(party=party)


def speaks_to_member(*, channel: int, covers: int, shares_address: bool, members: int) -> bool:
    """The same of a message at hand, for a party of so many members.

    Whose address it is, or was (``messaging.engine.spoken.spoken_to``), shares it.
    """
    return channel == Channel.CALL or shares_address or (covers > 1 and covers >= members)
