"""The words of answering."""

from enum import IntEnum
from typing import Final

# The purpose that answer links are minted and read with (kernel.tokens).
ANSWER_LINK: Final = "answer"
# The same of an exercise: told apart without a database, and neither opens as the other.
EXERCISE_LINK: Final = "exercise answer"
# The purpose of the tick boxes on an answer page: each carries another of the party,
# and can neither be opened as a link nor made up by whoever holds one.
MEMBER_LINK: Final = "answer member"

# Bytes of a request body; the longest honest one, fifty ticked names, stays below 3 000.
MAX_BODY: Final = 8192
# People one answer may speak for by name.
MAX_LISTED: Final = 50
# Characters of a text message kept: some operators join more than ten segments.
MAX_TEXT: Final = 1000
# Characters of whoever sent a text: the longest mail address (RFC 5321, 4.5.3.1.3).
MAX_SENDER: Final = 254
# Answers a minute by one link; above that somebody's script has run away.
MAX_ANSWERS_A_MINUTE: Final = 60


class Answer(IntEnum):
    """What a person says; by SMS they send the digit."""

    SAFE = 1
    NEEDS_HELP = 2
    NOT_THERE = 3


class Door(IntEnum):
    """How an answer came in."""

    LINK = 1
    SMS = 2
    # A button of a push notification: a link's answer that no page was opened for.
    PUSH = 3
    MAIL = 4
    # A messenger or whatever else an operator has put a hook behind.
    OTHER = 5
    # A mail that nothing vouches for: whoever knows an address can write in its name.
    UNPROVEN = 6


class Scope(IntEnum):
    """Whom an answer speaks for.

    LISTED means exactly the people in ``others``: the one who answers is meant
    only where the list has them too.
    """

    ME = 0
    ALL_OF_US = 1
    LISTED = 2


class Kind(IntEnum):
    """Which of the two forms a report came by."""

    HERE = 1
    HELP = 2


# The purpose the address of a report's own page is veiled with (kernel.tokens).
REPORT_LINK: Final = "report"
# What a report may say of its sender's need; anything else is kept as "other".
NEEDS: Final = (
    "injured",
    "medical",
    "trapped",
    "danger",
    "arrested",
    "documents",
    "shelter",
    "transport",
    "missing",
    "other",
)
# Text fields of a report and how many characters of each are kept.
REPORT_TEXTS: Final = {
    "words": 2000,
    "place": 200,
    "with": 1000,
    "injuries": 1000,
    "reach_how": 300,
    "reach_when": 300,
    # "yes" where it is meant: ways that are not safe, and whether the record's link may show it.
    "no_call": 3,
    "no_sms": 3,
    "no_mail": 3,
    "no_push": 3,
    "share": 3,
    "name": 100,
    "phone": 40,
    "email": 254,
    "record": 60,
}
MAX_PHOTOS: Final = 4
MAX_PHOTO: Final = 500 * 1024
# What is read of a report at most: a browser without script sends photos as the camera made them.
MAX_REPORT: Final = 24 * 1024 * 1024
# The same report sent again within a minute: a telephone that lost our answer asks a few times.
MAX_SENDINGS_A_MINUTE: Final = 20
# Reports a minute by the link of one registered record that pass where others are refused.
MAX_BY_RECORD_A_MINUTE: Final = 60
