"""What stands beside each purpose on the page of consents."""

from collections.abc import Mapping
from dataclasses import dataclass

from safeconduct.ground.privacy.consents import Wording, purposes
from safeconduct.ground.privacy.models import Consent


@dataclass(frozen=True)
class Asked:
    """``said`` is the last word on it, None for who was never asked.

    ``older`` is what a Yes was said to, where the words have changed since.
    """

    name: str
    wording: Wording
    said: Consent | None
    older: Wording | None

    @property
    def is_agreed(self) -> bool:
        return self.said is not None and self.said.given


def asked_of(said: Mapping[str, Consent], language: str) -> list[Asked]:
    """Every purpose in the order of the page, in the reader's words."""
    return [
        Asked(
            name=name,
            wording=purpose.wording(language),
            said=(word := said.get(name)),
            older=purpose.wording(language, word.version)
            if word is not None and word.given and word.version != purpose.version
            else None,
        )
        for name, purpose in purposes().items()
    ]
