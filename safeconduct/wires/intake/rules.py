"""What counts as an answer: reading what a phone, a script or a gateway sent."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final, NamedTuple
from urllib.parse import parse_qs

from safeconduct.wires.intake.terms import (
    ANSWER_LINK,
    EXERCISE_LINK,
    MAX_LISTED,
    Answer,
    Door,
    Scope,
)

_UUID_BYTES: Final = 16
_SCOPES: Final = {"me": Scope.ME, "all": Scope.ALL_OF_US, "listed": Scope.LISTED}
_ANSWERS: Final = {str(answer.value): answer for answer in Answer}
# Before that no message of ours was ever sent: a phone with an empty battery says 1970.
_EARLIEST: Final = datetime(2020, 1, 1, tzinfo=UTC)

type Fields = Mapping[str, list[str]]


class UnreadableError(Exception):
    """Not an answer: a field is missing or holds something we never offered."""


class Submission(NamedTuple):
    """An answer as its sender meant it; ``others`` are still sealed tick boxes."""

    answer: Answer
    scope: Scope
    key: str
    others: tuple[str, ...]
    stated_at: datetime
    # LINK or PUSH: what was tapped says so itself, and nothing hangs on its truth.
    via: Door = Door.LINK


def form_fields(body: bytes) -> dict[str, list[str]]:
    """Fields of an ``application/x-www-form-urlencoded`` body.

    :raises UnreadableError: if it is not UTF-8 text or has too many fields.
    """
    try:
        text = body.decode()
        if "%" in text or "+" in text:
            return parse_qs(text, max_num_fields=MAX_LISTED + 10)
    except ValueError as refusal:
        raise UnreadableError from refusal
    # Nothing to unescape, as in every form our own page sends: five times as quick.
    fields: dict[str, list[str]] = {}
    for pair in text.split("&", MAX_LISTED + 10):
        name, _, value = pair.partition("=")
        if name in fields:
            fields[name].append(value)
        else:
            fields[name] = [value]
    return fields


def json_fields(document: object) -> dict[str, list[str]]:
    """The same fields from a JSON object; a list stands for a repeated field.

    :raises UnreadableError: if the document is not an object.
    """
    if not isinstance(document, dict):
        raise UnreadableError
    return {
        str(name): [str(item) for item in (value if isinstance(value, list) else [value])]
        for name, value in document.items()
        if value is not None
    }


def submission(fields: Fields, *, received_at: datetime) -> Submission:
    """The answer in the fields of a form.

    Ticked names make it an answer for those people, unless "all of us" is ticked too.

    :raises UnreadableError: without a known answer, scope and a UUID as key.
    """
    others = tuple(fields.get("others", ()))
    scope = _SCOPES.get(_first(fields, "scope") or ("listed" if others else "me"))
    answer = _ANSWERS.get(_first(fields, "answer"))
    if scope is None or answer is None or len(others) > MAX_LISTED:
        raise UnreadableError
    if scope is not Scope.LISTED:
        others = ()
    elif not others:
        raise UnreadableError
    return Submission(
        answer=answer,
        scope=scope,
        key=key_of(_uuid(_first(fields, "key")), answer, scope, others),
        others=others,
        stated_at=_stated_at(fields, received_at),
        via=Door.PUSH if _first(fields, "via") == "push" else Door.LINK,
    )


def link_purpose(*, exercise: bool) -> str:
    """What links that ask a question are minted for."""
    return EXERCISE_LINK if exercise else ANSWER_LINK


def key_of(minted: bytes, answer: Answer, scope: Scope, others: Sequence[str] = ()) -> str:
    """The key an answer is known by, in 32 hex digits: the sender's, mixed with what was said.

    Sent twice, an answer is one. But a browser's back button brings the same page with
    the same key, and the "I need help" tapped there must not pass for a repeat of "safe".
    """
    listed = " ".join(sorted(others)).encode() if others else b""
    said = b"%d %d %s" % (answer, scope, listed)
    return blake2b(said, key=minted, digest_size=16).hexdigest()


def believable(stated_at: datetime | None, received_at: datetime) -> datetime:
    """When an answer was given: never after it arrived, and not before there were any."""
    if stated_at is None or not _EARLIEST <= stated_at <= received_at:
        return received_at
    return stated_at


def best_language(header: str, written: Iterable[str], otherwise: str) -> str:
    """The first language of ``Accept-Language`` that we have written (RFC 9110, 12.5.4)."""
    known = set(written)
    wanted = [_weighed(part) for part in header[:200].split(",")]
    for _, code in sorted(wanted, key=lambda pair: -pair[0]):
        if code in known:
            return code
    return otherwise


def _weighed(part: str) -> tuple[float, str]:
    tag, _, weight = part.strip().partition(";q=")
    try:
        return float(weight or 1), tag.split("-")[0].lower()
    except ValueError:
        return 0.0, ""


def _first(fields: Fields, name: str) -> str:
    values = fields.get(name)
    return values[0] if values else ""


def _uuid(text: str) -> bytes:
    try:
        minted = bytes.fromhex(text.replace("-", ""))
    except ValueError as refusal:
        raise UnreadableError from refusal
    if len(minted) != _UUID_BYTES:
        raise UnreadableError
    return minted


def _stated_at(fields: Fields, received_at: datetime) -> datetime:
    """By how long it waited on the phone, if that is said, else by the phone's clock.

    The first is worth more: a wrong clock runs at the right speed.
    """
    if "waited" not in fields and "stated_at" not in fields:
        return received_at
    waited, stated = _first(fields, "waited"), _first(fields, "stated_at")
    try:
        if waited:
            return believable(received_at - timedelta(seconds=float(waited)), received_at)
        return believable(datetime.fromisoformat(stated), received_at).astimezone(UTC)
    except (ValueError, OverflowError, TypeError):
        return received_at
