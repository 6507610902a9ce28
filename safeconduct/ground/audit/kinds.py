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


@dataclass(frozen=True)
class Kind:
    """``sentence`` may use {actor}, {subject}, {count} and the keys of the entry's detail."""

    name: str
    sentence: str | Promise
    shredder: Shredder


type Namer = Callable[[Collection[int]], dict[int, str]]

kinds: Catalogue[Kind] = Catalogue("audit kind")
# By kind of actor or subject: who knows the names. Filled by the capabilities above.
namers: dict[str, Namer] = {}


def declare(name: str, sentence: str | Promise, shredder: Shredder = Shredder.KEEP) -> str:
    """Register a kind, usually in ``apps.ready()`` or a ``terms`` module; returns its name."""
    kinds.register(name, Kind(name, sentence, shredder))
    return name
