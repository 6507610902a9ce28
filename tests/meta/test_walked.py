"""Our watcher sees the gaps that coverage's own tracer sees, at a fraction of its price."""

import asyncio
import threading
from contextlib import suppress
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from coverage import Coverage, CoverageData

from tests import gate
from tests.walked import Watcher

ODD = '''\
import asyncio
from contextlib import contextmanager

def raises(bad):
    try:
        if bad:
            raise ValueError("bad")
        return 1
    except KeyError:
        return 2
    finally:
        done = True

def yields(many):
    for one in range(many):
        if one == 2:
            continue
        try:
            yield one
        except ValueError:
            return
    yield -1

def again(depth):
    if depth:
        return again(depth - 1)
    return depth

async def waits(long):
    if long:
        await asyncio.sleep(0)
        async with asyncio.timeout(9):
            await asyncio.sleep(0)
    return long

@contextmanager
def held(well):
    try:
        yield well
    except ValueError:
        if well:
            raise

def counts(lines):
    found = [one for one in lines if one > 1]
    match lines:
        case [1, *_]:
            return 1
        case []:
            return 0
    while lines:
        if lines.pop() == 3:
            break
    else:
        return found
    return sorted(found, key=lambda one: -one)

class Kind:
    """What nobody makes."""

    def name(self):
        return "kind"
'''


def _throw(odd):
    going = odd.yields(3)
    next(going)
    with suppress(StopIteration):
        going.throw(ValueError())


def _hold(odd, well):
    with suppress(ValueError), odd.held(well):
        raise ValueError


def _raise(odd):
    with suppress(ValueError):
        odd.raises(True)


def _on_a_thread(odd):
    thread = threading.Thread(target=odd.again, args=(0,))
    thread.start()
    thread.join()


def _side_by_side(odd):
    async def both():
        await asyncio.gather(odd.waits(True), odd.waits(False))

    asyncio.run(both())


WALKS = {
    "imported alone": lambda odd: None,
    "well": lambda odd: odd.raises(False),
    "raised": _raise,
    "half a generator": lambda odd: next(odd.yields(3)),
    "a whole generator": lambda odd: list(odd.yields(3)),
    "two generators in turn": lambda odd: list(zip(odd.yields(1), odd.yields(4), strict=False)),
    "thrown into a generator": _throw,
    "itself again": lambda odd: odd.again(2),
    "on a thread": _on_a_thread,
    "side by side": _side_by_side,
    "held": lambda odd: _hold(odd, True),
    "held badly": lambda odd: _hold(odd, False),
    "first case": lambda odd: odd.counts([1]),
    "second case": lambda odd: odd.counts([]),
    "broken off": lambda odd: odd.counts([2, 3]),
    "not broken off": lambda odd: odd.counts([2]),
    "a class": lambda odd: odd.Kind().name(),
}


def _watched(watching, walk, *paths: Path) -> None:
    watching.start()
    try:
        for path in paths:
            spec = spec_from_file_location(path.stem, path)
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
        walk(module)
    finally:
        watching.stop()
    watching.save()


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
def test_it_finds_what_coverage_finds(tmp_path: Path, walk) -> None:
    path, ours, theirs = tmp_path / "odd_of_test.py", tmp_path / "ours", tmp_path / "theirs"
    path.write_text(ODD)
    ours.mkdir()
    theirs.mkdir()
    coverage = Coverage(
        data_file=str(theirs / "data"),
        data_suffix=True,
        config_file=False,
        branch=True,
        include=[str(path)],
    )
    _watched(Watcher([path], ours / "data"), walk, path)
    _watched(coverage, walk, path)
    found = gate.gaps(ours, [path])
    assert found == gate.gaps(theirs, [path])
    assert found


def test_what_was_not_asked_for_is_not_kept(tmp_path: Path) -> None:
    asked, odd = tmp_path / "asked.py", tmp_path / "odd.py"
    asked.write_text("ASKED = True\n")
    odd.write_text(ODD)
    _watched(Watcher([asked], tmp_path / "data"), WALKS["well"], asked, odd)
    [kept] = tmp_path.glob("data.*")
    data = CoverageData(str(kept))
    data.read()
    assert data.measured_files() == {str(asked)}
