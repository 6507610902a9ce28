"""What a sender has claimed and not yet handed over: urgent first, and everybody in turn."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Final

from safeconduct.wires.messaging.terms import Lane

type Key = int | str | None
# While urgent messages flood, one of so many is bulk: enough to move, too little to delay.
_BULK_ONE_IN: Final = 20


def worth_holding(worth: int, lane: Lane, *, urgent_waits: bool) -> int:
    """How much of what it is worth holding a lane may have.

    While urgent messages wait here, bulk would lie claimed until its lease ends, out of reach of
    other senders: only so much of it is held as will move.
    """
    if lane is Lane.URGENT or not urgent_waits:
        return worth
    return max(1, worth // _BULK_ONE_IN) if worth else 0


class Turns[Item]:
    """Queues within queues: whoever was served goes to the end of the line.

    With the path (post, batch, country) a post with forty batches gets no more than a post
    with one, and a country that may have nothing now keeps nobody else waiting.
    """

    __slots__ = ("_branches",)

    def __init__(self) -> None:
        self._branches: dict[Key, Turns[Item] | deque[Item]] = {}

    def __bool__(self) -> bool:
        return bool(self._branches)

    def put(self, item: Item, path: tuple[Key, ...]) -> None:
        key, rest = path[0], path[1:]
        branch = self._branches.get(key)
        if branch is None:
            branch = self._branches[key] = Turns() if rest else deque()
        if isinstance(branch, deque):
            branch.append(item)
        else:
            branch.put(item, rest)

    def pop(self, may: Callable[[Item], bool] | None) -> Item | None:
        """The next item that may go, or None."""
        for key, branch in self._branches.items():
            item = _first(branch, may)
            if item is not None:
                self._served(key, branch)
                return item
        return None

    def drop(self, doomed: Callable[[Item], bool]) -> list[Item]:
        """Take out what stands at the head of a queue for as long as it is doomed."""
        dropped: list[Item] = []
        for key, branch in list(self._branches.items()):
            if isinstance(branch, deque):
                while branch and doomed(branch[0]):
                    dropped.append(branch.popleft())
            else:
                dropped += branch.drop(doomed)
            if not branch:
                del self._branches[key]
        return dropped

    def _served(self, key: Key, branch: "Turns[Item] | deque[Item]") -> None:
        if not branch:
            del self._branches[key]
        elif len(self._branches) > 1:
            self._branches[key] = self._branches.pop(key)


class Stock[Item]:
    """Two lanes of one channel. Whoever picks gets the urgent before the bulk.

    Bulk that has seen nothing leave for ``patience`` seconds gets one pick in twenty
    until the urgent end.
    """

    def __init__(
        self, path: Callable[[Item], tuple[Key, ...]], *, patience: float, now: float = 0.0
    ) -> None:
        """``path`` says where an item waits, from the widest turn to the narrowest."""
        self._path = path
        self._patience = patience
        self._lanes: dict[Lane, Turns[Item]] = {lane: Turns() for lane in Lane}
        self._sizes = dict.fromkeys(Lane, 0)
        self._held: Counter[tuple[Key, ...]] = Counter()
        self._bulk_left_at = now
        self._since_bulk = 0

    def __len__(self) -> int:
        return self._sizes[Lane.URGENT] + self._sizes[Lane.BULK]

    def size(self, lane: Lane) -> int:
        return self._sizes[lane]

    def held_under(self, start: tuple[Key, ...]) -> int:
        """How many wait whose path begins so."""
        many = len(start)
        return sum(number for path, number in self._held.items() if path[:many] == start)

    def held_for(self, end: Key) -> int:
        """How many wait whose path ends so."""
        return sum(number for path, number in self._held.items() if path[-1] == end)

    def put(self, items: Iterable[Item], lane: Lane, *, now: float) -> None:
        if lane is Lane.BULK and not self._sizes[lane]:
            # Whoever has just come has not been waiting.
            self._bulk_left_at = now
        turns = self._lanes[lane]
        for item in items:
            path = self._path(item)
            self._held[path] += 1
            turns.put(item, path)
            self._sizes[lane] += 1

    def pick(
        self,
        *,
        now: float,
        urgent_only: bool = False,
        bulk: bool = True,
        may: Callable[[Item], bool] | None = None,
    ) -> Item | None:
        """The next message that ``may`` go; without ``bulk``, or ``urgent_only``, an urgent one."""
        bulk = bulk and not urgent_only and self._sizes[Lane.BULK] > 0
        if bulk and self._sizes[Lane.URGENT] and self._is_bulk_due(now):
            item = self._pop(Lane.BULK, may, now)
            if item is not None:
                return item
        if self._sizes[Lane.URGENT]:
            item = self._pop(Lane.URGENT, may, now)
            if item is not None:
                return item
        return self._pop(Lane.BULK, may, now) if bulk else None

    def drop(self, doomed: Callable[[Item], bool] | None = None) -> list[Item]:
        """Take out all, or what is doomed at the head of its queue."""
        dropped = []
        for lane, turns in self._lanes.items():
            some = turns.drop(doomed or (lambda _: True))
            self._sizes[lane] -= len(some)
            self._held.subtract(map(self._path, some))
            dropped += some
        self._held = +self._held
        return dropped

    def shed(self, keep: int) -> list[Item]:
        """Take out bulk until no more than ``keep`` of it are left, in the order of its turns."""
        shed = []
        while self._sizes[Lane.BULK] > keep:
            item = self._lanes[Lane.BULK].pop(None)
            if item is None:
                break
            self._uncount(item, Lane.BULK)
            shed.append(item)
        return shed

    def _is_bulk_due(self, now: float) -> bool:
        self._since_bulk += 1
        waited = now - self._bulk_left_at >= self._patience
        return waited and self._since_bulk >= _BULK_ONE_IN

    def _pop(self, lane: Lane, may: Callable[[Item], bool] | None, now: float) -> Item | None:
        item = self._lanes[lane].pop(may)
        if item is None:
            return None
        self._uncount(item, lane)
        if lane is Lane.BULK:
            self._left(now)
        return item

    def _uncount(self, item: Item, lane: Lane) -> None:
        self._sizes[lane] -= 1
        path = self._path(item)
        if self._held[path] <= 1:
            del self._held[path]
        else:
            self._held[path] -= 1

    def _left(self, now: float) -> None:
        # A trickle is no relief: only without urgent ones does the patience begin anew.
        self._since_bulk = 0
        if not self._sizes[Lane.URGENT]:
            self._bulk_left_at = now


def _first[Item](
    branch: Turns[Item] | deque[Item], may: Callable[[Item], bool] | None
) -> Item | None:
    if not isinstance(branch, deque):
        return branch.pop(may)
    if may is not None and not may(branch[0]):
        return None
    return branch.popleft()
