"""Facts: news that must travel up, announced in the transaction that made it true.

A fact is a frozen dataclass of ids. For each reaction a job row is written in the
same transaction, so that neither a crash nor a rollback can part the two.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.db import transaction

from safeconduct.ground.kernel.catalogues import CatalogueError

type Reaction = Callable[[dict[str, object]], object]
_reactions: dict[type["Fact"], list[Reaction]] = {}


@dataclass(frozen=True)
class Fact:
    """Base of every past participle: ids only, never a name, a number or a text."""


def on(kind: type[Fact], defer: Reaction) -> None:
    """Have ``defer(**ids)`` write a job whenever a fact of this kind is announced."""
    known = _reactions.setdefault(kind, [])
    if defer not in known:
        known.append(defer)


def announce(fact: Fact) -> None:
    """Write one job for each reaction, in the caller's transaction.

    :raises CatalogueError: outside a transaction, where a crash could part fact and job.
    """
    if not transaction.get_connection().in_atomic_block:
        raise CatalogueError(f"{type(fact).__name__} was announced outside a transaction.")
    for defer in _reactions.get(type(fact), []):
        defer(asdict(fact))
