"""Which line follows which in a few files, at next to no cost for all others.

Python's monitoring (PEP 669) asks once for each function whether we watch it; a tracer is asked at
every call of whatever runs. What comes out is coverage's: pairs of lines, one right behind the
other; minus a function's first line stands for where it begins and ends.
"""

import os
import sys
from functools import cache

from coverage import CoverageData

_ON = sys.monitoring
_EVENTS = _ON.events
_INSIDE = _EVENTS.PY_START | _EVENTS.LINE | _EVENTS.PY_RETURN


class Watcher:
    """Watches the files named, in every thread, from ``start`` to ``stop``."""

    def __init__(self, paths, data_file):
        self._paths = {os.path.realpath(path) for path in paths}
        self._data_file = str(data_file)
        # By name of a file: the pairs; by frame: the line it is at. What an exception left is
        # overwritten by the next frame in its place; a generator's stays while it sleeps.
        self._pairs = {}
        self._at = {}
        self._real = cache(os.path.realpath)

    def start(self):
        # Hypothesis has a tool of its own, and a test of this module another of these.
        self._tool = next(i for i in (1, 0, 2, 4, 5) if _ON.get_tool(i) is None)
        _ON.use_tool_id(self._tool, "gate")
        _ON.register_callback(self._tool, _EVENTS.PY_START, self._begins)
        _ON.register_callback(self._tool, _EVENTS.LINE, self._goes_on)
        _ON.register_callback(self._tool, _EVENTS.PY_RETURN, self._ends)
        _ON.set_events(self._tool, _EVENTS.PY_START)
        # What another watcher waved through may be ours.
        _ON.restart_events()

    def stop(self):
        _ON.set_events(self._tool, 0)
        _ON.free_tool_id(self._tool)

    def save(self):
        """Beside what other processes saved; coverage combines them."""
        data = CoverageData(basename=self._data_file, suffix=True)
        data.add_arcs({self._real(name): pairs for name, pairs in self._pairs.items()})
        data.write()

    def _begins(self, code, _offset):
        name = code.co_filename
        if name not in self._pairs:
            if self._real(name) not in self._paths:
                return _ON.DISABLE
            self._pairs[name] = set()
        _ON.set_local_events(self._tool, code, _INSIDE)
        self._at[id(sys._getframe(1))] = -code.co_firstlineno
        return None

    def _goes_on(self, code, line):
        frame = id(sys._getframe(1))
        self._pairs[code.co_filename].add((self._at.get(frame, line), line))
        self._at[frame] = line

    def _ends(self, code, _offset, _value):
        line = self._at.pop(id(sys._getframe(1)), None)
        if line is not None:
            self._pairs[code.co_filename].add((line, -code.co_firstlineno))
