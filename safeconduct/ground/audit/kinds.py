"""The kinds of deeds we remember. Each says itself to a person and knows how it is forgotten."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

from safeconduct.ground.kernel.catalogues import Catalogue


class Shredder(StrEnum):
    """What happens to an entry when the person it is about is erased."""

    # It names no national, or by a number that leads nowhere once the person is gone.
    KEEP = "keep"
    # The number itself is taken out: who was looked at, by whom, must not outlive the person.
    FORGET_SUBJECT = "forget_subject"


# A sentence, or for the entry's {count} the one that is right for that number.
type Sentence = str | Promise | Callable[[int], str]


@dataclass(frozen=True)
class Kind:
    """``sentence`` may use {actor}, {subject}, {count} and the keys of the entry's detail."""

    name: str
    sentence: Sentence
    shredder: Shredder

    def worded(self, count: object) -> str:
        """The sentence for so many; the plural where an old entry does not say how many."""
        if isinstance(self.sentence, (str, Promise)):
            return str(self.sentence)
        return self.sentence(count if isinstance(count, int) else 0)


type Namer = Callable[[Collection[int]], dict[int, str]]

kinds: Catalogue[Kind] = Catalogue("audit kind")
# By kind of actor or subject: who knows the names. Filled by the capabilities above.
namers: dict[str, Namer] = {}


def declare(name: str, sentence: Sentence, shredder: Shredder = Shredder.KEEP) -> str:
    """Register a kind, usually in ``apps.ready()`` or a ``terms`` module; returns its name."""
    kinds.register(name, Kind(name, sentence, shredder))
    return name
