"""What the house holds of people, told to themselves: each capability says its part.

A capability registers a holding for every table of personal data it has, beside the fields
it declares as personal; a test compares the two, so that no table is forgotten.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from safeconduct.ground.kernel.catalogues import Catalogue


@dataclass(frozen=True)
class Holder:
    """Whose data is asked for: a party, by its number, and the people in it."""

    party_id: int
    person_ids: tuple[int, ...]


@dataclass(frozen=True)
class Fact:
    """One thing we know. ``key`` names it in the file, ``label`` on the page.

    ``value`` is words, a number, a moment, a day, yes or no, or None for unknown. What a page
    cannot hold, photos say, is ``in_file`` instead: made for the file alone.
    """

    key: str
    label: str | Promise
    value: object
    in_file: Callable[[], object] | None = None


# One thing we hold, such as a stay or a message: its facts in the order they are read.
type Entry = Sequence[Fact]


@dataclass(frozen=True)
class Holding:
    """``tables`` are ``"app_label.Model"``; ``read`` costs a fixed number of queries."""

    name: str
    title: str | Promise
    tables: frozenset[str]
    read: Callable[[Holder], Sequence[Entry]]
    order: int


holdings: Catalogue[Holding] = Catalogue("holding")


def holding(
    name: str,
    title: str | Promise,
    *,
    tables: Sequence[str],
    read: Callable[[Holder], Sequence[Entry]],
    order: int = 50,
) -> None:
    """Register a holding ``"capability.what"``, usually in ``apps.ready()``.

    ``read`` may be called with the reader's language active and returns words in it.
    """
    holdings.register(name, Holding(name, title, frozenset(tables), read, order))
