"""The words of answering."""

from enum import IntEnum
from typing import Final

# The purpose that answer links are minted and read with (kernel.tokens).
ANSWER_LINK: Final = "answer"


class Answer(IntEnum):
    """What a person says; by SMS they send the digit."""

    SAFE = 1
    NEEDS_HELP = 2
    NOT_THERE = 3


class Door(IntEnum):
    """How an answer came in."""

    LINK = 1
    SMS = 2


class Scope(IntEnum):
    """Whom an answer speaks for."""

    ME = 0
    ALL_OF_US = 1
    LISTED = 2
