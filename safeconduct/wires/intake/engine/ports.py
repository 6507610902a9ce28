"""What the door must be given: it knows no crisis, no person and no post itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from safeconduct.ground.kernel import languages
from safeconduct.wires.intake.engine.http import App
from safeconduct.wires.intake.engine.ledger import Ledger

# Under this id ``posts`` gives the ministry's own line, for links that name no post.
MINISTRY: Final = 0


@dataclass(frozen=True, slots=True)
class PostLine:
    """What the answer page says of a post: its name by language, the number to call."""

    names: Mapping[str, str]
    emergency_number: str

    def name(self, language: str) -> str:
        """The name in a language or the next best; empty if it has none at all."""
        return languages.in_words(self.names, language)


async def nobody(_asked_id: int) -> Sequence[tuple[int, str]]:
    return ()


async def no_posts() -> Mapping[int, PostLine]:
    return {}


@dataclass(frozen=True, slots=True)
class Ports:
    """Callables of the composer; each may fail or be slow, and the door copes.

    ``people_of`` returns asked-id and given name of everybody in the party of an asked-id,
    that one included. ``routes`` are other ASGI apps by the beginning of their paths, and
    ``ledgers`` what these keep things with, by what that is: they start and stop with the door.
    """

    people_of: Callable[[int], Awaitable[Sequence[tuple[int, str]]]] = nobody
    posts: Callable[[], Awaitable[Mapping[int, PostLine]]] = no_posts
    routes: Mapping[str, App] = field(default_factory=dict)
    ledgers: Mapping[str, Ledger] = field(default_factory=dict)
    # Where whoever has answered may switch on warnings on their phone; empty where none are sent.
    warnings_at: str = ""
