"""How often one link may answer. Never by network address: a whole camp shares one."""

from typing import Final

# Links remembered at once: some megabytes, whatever is thrown at the door.
REMEMBERED: Final = 50_000


class Pace:
    """Counts within the running minute."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._minute = 0
        self._counts: dict[int, int] = {}

    def allows(self, subject_id: int, at: float) -> bool:
        """Whether this one, at a moment in Unix seconds, is within the pace; counts it."""
        minute = int(at // 60)
        if minute != self._minute or len(self._counts) > REMEMBERED:
            self._minute, self._counts = minute, {}
        count = self._counts.get(subject_id, 0) + 1
        self._counts[subject_id] = count
        return count <= self._a_minute
