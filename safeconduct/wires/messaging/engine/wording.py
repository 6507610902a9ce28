"""The text of a batch in each person's language, with their own link in its place."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings

from safeconduct.ground.kernel.languages import CODES
from safeconduct.ground.kernel.tokens import Link, Minter, digits, minter
from safeconduct.wires.messaging import rules
from safeconduct.wires.messaging.terms import (
    DIGITS_PLACE,
    DIGITS_PURPOSE,
    LINK_LENGTH,
    LINK_PLACE,
    Channel,
)


class NoWordsError(Exception):
    """The batch says nothing on this channel, or asks somebody for whom no link can speak."""


class Wording:
    """The texts of one batch; a message is rendered at the moment it leaves."""

    def __init__(
        self,
        texts: Iterable[tuple[str, int, str, str]],
        *,
        purpose: str,
        expires_on: date | None,
    ) -> None:
        """``texts`` are (language, channel, subject, body)."""
        self._texts: dict[int, dict[str, tuple[str, list[str]]]] = {}
        for language, channel, subject, body in texts:
            self._texts.setdefault(channel, {})[language] = (subject, body.split(LINK_PLACE))
        self._mint: Minter | None = minter(purpose) if purpose else None
        self._expires_on = expires_on
        path = settings.LINK_PATHS.get(purpose)
        self._prefix = f"{settings.PUBLIC_URL}{path}" if path else f"{settings.ANSWER_URL}/s/"
        self._chosen: dict[tuple[int, str], tuple[str, str, list[str]]] = {}
        self._parts: dict[tuple[int, str], int] = {}

    def render(
        self, channel: int, language: str, subject_id: int | None, post_id: int | None
    ) -> tuple[str, str, str]:
        """Language, subject and body for one person.

        :raises NoWordsError: if there is no text, or a link with nobody to speak for.
        """
        spoken, subject, parts = self._choice(channel, language)
        body = parts[0]
        if len(parts) > 1:
            body = self._link(subject_id, post_id, spoken).join(parts)
        return spoken, subject, _with_digits(body, subject_id)

    def parts(self, channel: int, language: str) -> int:
        """How many parts one message of this text is: SMS parts, else one.

        Every link is as long as the next, so the text tells it of all its messages.
        """
        key = (channel, language)
        if key not in self._parts:
            self._parts[key] = self._counted(channel, language) if channel == Channel.SMS else 1
        return self._parts[key]

    def _counted(self, channel: int, language: str) -> int:
        try:
            _, _, parts = self._choice(channel, language)
        except NoWordsError:
            return 1
        body = (self._prefix + "0" * LINK_LENGTH).join(parts)
        return rules.segments(_with_digits(body, 0)).count

    def _choice(self, channel: int, language: str) -> tuple[str, str, list[str]]:
        key = (channel, language)
        if key not in self._chosen:
            written = self._texts.get(channel, {})
            spoken = rules.best_language(language, written)
            if spoken is None:
                raise NoWordsError("no text for this channel")
            self._chosen[key] = (spoken, *written[spoken])
        return self._chosen[key]

    def _link(self, subject_id: int | None, post_id: int | None, language: str) -> str:
        if self._mint is None or self._expires_on is None or subject_id is None:
            raise NoWordsError("a link with nobody to speak for")
        # The page offers only languages that links can name.
        known = language if language in CODES else "en"
        try:
            token = self._mint(Link(subject_id, self._expires_on, known, post_id or 0))
        except ValueError as large:
            raise NoWordsError("a link that cannot name this person") from large
        return self._prefix + token


def _with_digits(body: str, subject_id: int | None) -> str:
    if DIGITS_PLACE not in body:
        return body
    if subject_id is None:
        raise NoWordsError("digits with nobody to speak for")
    return body.replace(DIGITS_PLACE, digits(subject_id, purpose=DIGITS_PURPOSE)[0])
