"""Texts heard before: a provider hands them in again, a telephone sends them twice."""

import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings

from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.response.checkins import rules
from safeconduct.response.checkins.engine.raw import Raw
from safeconduct.wires.intake.terms import Door

# "text" as a number: the class of the advisory lock that lets one drain judge at a time.
_TEXTS: Final = 0x7465_7874
_KNOWN: Final = "SELECT key FROM checkins_heardtext WHERE key = ANY(%s::uuid[])"
_LAST: Final = """
    SELECT DISTINCT ON (sender) sender, text, received_at FROM checkins_heardtext
    WHERE sender = ANY(%s::bigint[]) ORDER BY sender, received_at DESC
"""
_NOTE: Final = """
    INSERT INTO checkins_heardtext (key, sender, text, received_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (key) DO NOTHING
"""


def unheard(cursor: Cursor, raws: Sequence[Raw]) -> list[Raw]:
    """The answers without those texts that are repeats; a link's answer is never one here.

    A text is a repeat if its key was heard, or if it is what its sender wrote last, less
    than ``REPEAT_SECONDS`` ago. "1, 2, 1" within seconds are three answers: the last of
    them takes something back.
    """
    texts = [raw for raw in raws if raw.asked_id is None]
    if not texts:
        return list(raws)
    cursor.execute("SELECT pg_advisory_xact_lock(%s::int, 0)", [_TEXTS])
    repeats = _repeats(cursor, sorted(texts, key=lambda raw: (raw.received_at, raw.id)))
    return [raw for raw in raws if raw.id not in repeats]


def _sender(raw: Raw) -> str:
    # What a forger writes must not make a repeat of what the owner of the address writes.
    return f"?{raw.sender}" if raw.channel == Door.UNPROVEN else rules.telephone(raw.sender)


def _repeats(cursor: Cursor, texts: Sequence[Raw]) -> set[int]:
    window = timedelta(seconds=settings.CHECKINS["REPEAT_SECONDS"])
    cursor.execute(_KNOWN, [[raw.key for raw in texts]])
    known = {key for (key,) in cursor.fetchall()}
    senders = {raw.id: _digest(_sender(raw)) for raw in texts}
    cursor.execute(_LAST, [list(set(senders.values()))])
    last = {sender: (text, at) for sender, text, at in cursor.fetchall()}
    repeats, heard = set(), []
    for raw in texts:
        sender, text = senders[raw.id], _digest(" ".join(raw.text.split()).casefold())
        before = last.get(sender)
        if raw.key in known or (
            before and before[0] == text and abs(raw.received_at - before[1]) <= window
        ):
            repeats.add(raw.id)
            continue
        known.add(raw.key)
        last[sender] = (text, raw.received_at)
        heard.append((raw.key, sender, text, raw.received_at))
    cursor.executemany(_NOTE, heard)
    return repeats


def _digest(words: str) -> int:
    """A number that tells nobody without our key what was written or by whom."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), words.encode(), "sha256")
    return int.from_bytes(digest[:8], signed=True)
