"""What sending decides: the size of a text, its language, and which state may follow which."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from safeconduct.ground.kernel import languages
from safeconduct.wires.messaging.terms import EXERCISE_MARKS, Registration, State

# 3GPP TS 23.038, 6.2.1: the default alphabet; escape (0x1B) stands for no character.
_GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# 3GPP TS 23.038, 6.2.1.1: reached through the escape, so each takes two septets.
_GSM_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
# 3GPP TS 23.040, 9.2.3.24.1: a concatenated part gives six octets to its header.
_GSM_SINGLE, _GSM_PART = 160, 153
_UCS2_SINGLE, _UCS2_PART = 70, 67


_BELIEVED_UNSENT: Final = frozenset(
    {
        State.WAITING,
        State.CLAIMED,
        State.EXPIRED,
        State.STOPPED,
        State.GAVE_UP,
        State.ANSWERED,
        State.UNSUBSCRIBED,
    }
)


@dataclass(frozen=True, slots=True)
class Segments:
    """How a text travels by SMS: encoding, parts, and length in units of that encoding."""

    encoding: str
    count: int
    units: int


def segments(text: str) -> Segments:
    """The parts an SMS text is cut into (3GPP TS 23.038 and 23.040).

    Units are septets for ``GSM-7`` and 16-bit units for ``UCS-2``. A character of
    two units is never cut, so a part may end one unit short of full.
    """
    sizes = _septets(text)
    if sizes is not None:
        return _cut("GSM-7", sizes, single=_GSM_SINGLE, part=_GSM_PART)
    pairs = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return _cut("UCS-2", pairs, single=_UCS2_SINGLE, part=_UCS2_PART)


def _septets(text: str) -> list[int] | None:
    sizes = []
    for character in text:
        if character in _GSM_BASIC:
            sizes.append(1)
        elif character in _GSM_EXTENDED:
            sizes.append(2)
        else:
            return None
    return sizes


def _cut(encoding: str, sizes: list[int], *, single: int, part: int) -> Segments:
    units = sum(sizes)
    if units <= single:
        return Segments(encoding, 1, units)
    count, filled = 1, 0
    for size in sizes:
        if filled + size > part:
            count, filled = count + 1, 0
        filled += size
    return Segments(encoding, count, units)


def best_language(wanted: str, written: Collection[str]) -> str | None:
    """The language a person is written to in, of those the text exists in.

    Their own, then the declared fallbacks, then whichever there is: a warning in a
    foreign language is worth more than none.
    """
    for language in languages.fallbacks(wanted):
        if language in written:
            return language
    return min(written, default=None)


def marked(text: str, language: str) -> str:
    """The text of an exercise, whose first word says so. Marking it again changes nothing."""
    mark = EXERCISE_MARKS.get(language, EXERCISE_MARKS["en"])
    return text if not text or text.startswith(mark) else f"{mark}: {text}"


def may_follow(before: State, after: State) -> bool:
    """Whether a message in one state may become another.

    It only moves towards its end. A receipt may overtake our own note of the hand-off; a
    hand-off noted late corrects an end we wrote in the belief that it never left (not one that
    a receipt told us of, though it bears the same name); and proof of delivery has the last
    word over everything.
    """
    if before is State.DELIVERED:
        return False
    if after is State.DELIVERED:
        return True
    if after is State.HANDED:
        return before in _BELIEVED_UNSENT
    if after is State.CLAIMED:
        return before is State.WAITING
    if after is State.WAITING:
        return before is State.CLAIMED
    return before in {State.WAITING, State.CLAIMED, State.HANDED}


def next_attempt(
    attempts: int, *, now: datetime, waits: list[float], not_after: datetime
) -> datetime | None:
    """When to try again after the given number of attempts, or None to give up.

    ``waits`` are seconds: the first follows the first attempt, and so on. No attempt
    is planned at or after the expiry.
    """
    if attempts > len(waits):
        return None
    due = now + timedelta(seconds=waits[attempts - 1])
    return due if due < not_after else None


_USABLE: Final = (
    Registration.REGISTERED,
    Registration.NOT_NEEDED,
    Registration.UNKNOWN,
    Registration.PENDING,
)


def name_to_send_under(offered: Collection[tuple[str, Registration]]) -> str:
    """Of the names entered for a provider in a country the surest; empty if all were refused.

    Operators that want names registered drop or rewrite messages under others.
    """
    usable = [(_USABLE.index(state), name) for name, state in offered if state in _USABLE]
    return min(usable)[1] if usable else ""


def is_phone(address: str) -> bool:
    """Whether an address is a number in E.164 form: a plus and 7 to 15 digits."""
    digits = address[1:]
    return (
        address.startswith("+")
        and digits.isascii()
        and digits.isdigit()
        and 7 <= len(digits) <= 15
        and digits[0] != "0"
    )


def is_mail_address(address: str) -> bool:
    """Whether an address could be a mailbox (RFC 5321, 4.5.3.1: at most 64 and 255 octets).

    Space, control characters and angle brackets would let an address smuggle
    a command or header line to a mail server.
    """
    local, at, domain = address.rpartition("@")
    if not (at and local and domain) or len(address) > 254 or len(local.encode()) > 64:
        return False
    return not any(
        character.isspace() or character in "<>\x7f" or ord(character) < 32 for character in address
    )
