"""What people write when they ask for help by text: kept, sealed, for whoever answers them."""

from collections.abc import Iterable
from typing import Final

from safeconduct.ground.privacy.sealing import seal_outside
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.response.checkins.engine.reading import Said
from safeconduct.wires.intake.engine.reported import WORDS
from safeconduct.wires.intake.terms import Answer

_KEEP: Final = """
    INSERT INTO intake_helpwords (key, received_at, sealed) VALUES (%s, %s, %s)
    ON CONFLICT (key) DO NOTHING
"""


def keep_words(cursor: Cursor, said: Iterable[Said]) -> None:
    """Keep the texts that say "help"; the answers themselves hold none."""
    kept = {
        each.raw.key: (
            each.raw.key,
            each.raw.received_at,
            seal_outside(each.raw.text.encode(), purpose=WORDS),
        )
        for each in said
        if each.raw.text and each.answer == Answer.NEEDS_HELP
    }
    if kept:
        cursor.executemany(_KEEP, list(kept.values()))
