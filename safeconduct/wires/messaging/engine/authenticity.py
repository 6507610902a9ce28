"""What lets a reader tell our messages from forged ones: their code, their words, their links.

Pure: whether a code is known, and what became of its messages, is for others to look up.
"""

import re
import secrets
from collections.abc import Iterable
from enum import IntEnum
from typing import Final
from unicodedata import normalize
from urllib.parse import urlsplit

from safeconduct.wires.messaging.terms import CODE_LENGTH, CODE_PLACE, LINK_PLACE

# No vowels, so that no word comes about, and nothing that is taken for something else by
# eye or over the telephone: 24 million codes, of which a few thousand are in use.
ALPHABET: Final = "BCDFGHJKMNPRSTWXZ"
# Cyrillic letters that look like ours: what a reader sees is what they type.
_LOOKS_LIKE: Final = str.maketrans("ВСНКМРТХ", "BCHKMPTX")
_CODE: Final = re.compile(rf"(?<![^\W_])[{ALPHABET}]{{{CODE_LENGTH}}}(?![^\W_])")
_WORDY: Final = re.compile(r"[^\W_]+")
# With a scheme, or a path behind a name with a dot: a full stop between two words is no link.
# Anybody may paste what they like: nothing here is read twice. A scheme is short (the
# longest registered has 36 letters), a name begins at its first label and is never split anew.
_LINK: Final = re.compile(
    r"[a-z][a-z0-9+.-]{0,40}+://\S+|www\.\S+"
    r"|(?<![\w-])(?<![\w-]\.)(?:[\w-]++\.)++[\w-]++(?::\d++)?/\S*",
    re.IGNORECASE,
)
_CLOSING: Final = ".,;:!?)]}»”'\""
# A pasted text may hold many words that could be codes; nobody's message holds more of ours.
_MOST_CODES: Final = 5


class Likeness(IntEnum):
    """How much of a text is ours, from the least to the most."""

    OTHER = 0
    PART = 1
    WHOLE = 2


def minted_code() -> str:
    """A code nobody can foretell. Whether it is in use already is for the table to say."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def codes_in(text: str) -> list[str]:
    """What may be codes in a text, in their order: any case, Cyrillic look-alikes too."""
    capitals = normalize("NFKC", text).upper().translate(_LOOKS_LIKE)
    return list(dict.fromkeys(_CODE.findall(capitals)))[:_MOST_CODES]


def links_in(text: str) -> list[str]:
    """The links of a text as they stand there, without the punctuation behind them."""
    return [found.rstrip(_CLOSING) for found in _LINK.findall(text)]


def leads_home(link: str, homes: Iterable[str]) -> bool:
    """Whether a link leads to one of our own addresses: same scheme, name and port.

    What stands before an @ or merely resembles our name proves nothing, so
    anything a browser might read in another way than we do counts as foreign.
    """
    if "\\" in link or "@" in link or not link.isascii():
        return False
    return _origin(link) in {_origin(home) for home in homes}


def _origin(address: str) -> tuple[str, str, int | None]:
    parts = urlsplit(address if "://" in address else f"https://{address}")
    try:
        return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "", "", None


def likeness(pasted: str, approved: Iterable[str]) -> Likeness:
    """How much of a pasted text is one of the approved ones.

    White space, case, punctuation, links and the code itself do not count: telephones and
    mail programs change them. Part of a message is no match: cut short, "do not
    leave" becomes "leave".
    """
    ours = [_words(text) for text in approved]
    theirs = _words(pasted)
    if theirs in ours:
        return Likeness.WHOLE
    if any(_is_part(theirs, text) for text in ours):
        return Likeness.PART
    return Likeness.OTHER


def says_more_than_a_code(pasted: str) -> bool:
    """Whether there are words to compare at all."""
    return bool(_words(pasted))


def _words(text: str) -> tuple[str, ...]:
    plain = _LINK.sub(" ", text.replace(LINK_PLACE, " ").replace(CODE_PLACE, " "))
    known = frozenset(codes_in(plain))
    words = _WORDY.findall(_one_case(plain))
    return tuple(word for word in words if word.upper().translate(_LOOKS_LIKE) not in known)


def _one_case(text: str) -> str:
    # A Turkic i keeps or loses its dot with the language that changes its case.
    return normalize("NFKC", text).casefold().replace("\u0307", "").replace("ı", "i")


def _is_part(some: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    width = len(some)
    return any(whole[at : at + width] == some for at in range(len(whole) - width + 1))
