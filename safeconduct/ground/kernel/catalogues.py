"""Registers that capabilities fill at start-up and that refuse nonsense at once."""

from collections.abc import Iterator


class CatalogueError(Exception):
    """Two entries claim one name, or somebody asks for one that nobody registered."""


class Catalogue[Item]:
    """Named things, each registered once. Asking for an unknown name fails loudly."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._items: dict[str, Item] = {}

    def register(self, name: str, item: Item) -> Item:
        if name in self._items and self._items[name] != item:
            raise CatalogueError(f"{self.what} {name!r} is registered twice.")
        self._items[name] = item
        return item

    def __getitem__(self, name: str) -> Item:
        try:
            return self._items[name]
        except KeyError:
            raise CatalogueError(f"No {self.what} is called {name!r}.") from None

    def __contains__(self, name: str) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._items))

    def items(self) -> Iterator[tuple[str, Item]]:
        return ((name, self._items[name]) for name in self)
