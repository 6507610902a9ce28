"""Numbers worked out once a version, however many officers are looking."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final

_KEPT: Final = 256


class Memo[Value]:
    """The last few results, each with the version it belongs to.

    Who asks while somebody else works a result out waits for it instead of
    working it out again: fifty boards poll in the second the numbers change.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._kept: OrderedDict[Hashable, _Kept[Value]] = OrderedDict()

    def get(self, key: Hashable, version: int, compute: Callable[[], Value]) -> Value:
        with self._guard:
            kept = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        with kept.lock:
            # A reader that is late by a version gets the newer result: it is the truer one.
            if kept.result is None or kept.version < version:
                kept.result, kept.version = (compute(),), version
            return kept.result[0]


class _Kept[Value]:
    def __init__(self) -> None:
        self.lock = Lock()
        self.version = 0
        self.result: tuple[Value] | None = None
