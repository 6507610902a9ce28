"""The pulse of a machine that folds: boards and watchers turn grey without it."""

from datetime import timedelta
from typing import Final

from safeconduct.ground.kernel import clock
from safeconduct.picture.rollcall.models import Pulse

_PULSE: Final = timedelta(seconds=1)


class Heart:
    """Says that somebody folds, no more often than anybody would notice."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._next = clock.now()

    def beat(self) -> None:
        now = clock.now()
        if now >= self._next:
            Pulse.objects.update_or_create(name=self._name, defaults={"seen_at": now})
            self._next = now + _PULSE
