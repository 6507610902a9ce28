"""The journal: what it says it has kept is there after any crash, and nothing else is."""

import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeconduct.wires.intake.engine import journal as journals
from safeconduct.wires.intake.engine.journal import Journal, adoptable

# Few examples: each is written to a disk, and flushed.
records = st.lists(st.binary(min_size=1, max_size=80), max_size=12)


@pytest.fixture
def folder(tmp_path_factory):
    # One a test, not one an example: the examples of a property clean up after themselves.
    return tmp_path_factory.mktemp("journal")


def read(folder, after=0):
    """Everything adoptable, removed as a replay would."""
    found, damaged = [], 0
    for sealed in adoptable(folder):
        found += [record for _, record in sealed.records(after)]
        damaged += sealed.damaged
        sealed.remove()
    return found, damaged


def written(folder, groups):
    journal = Journal(folder)
    for group in groups:
        journal.append(group)
    journal.seal()


@settings(max_examples=20)
@given(groups=st.lists(records, max_size=4))
def test_what_was_appended_is_read_back_in_order_and_once(tmp_path_factory, groups):
    folder = tmp_path_factory.mktemp("journal")
    written(folder, [group for group in groups if group])
    assert read(folder) == ([record for group in groups for record in group], 0)
    assert read(folder) == ([], 0)


@settings(max_examples=20)
@given(kept=records, torn=st.binary(min_size=1, max_size=60), data=st.data())
def test_a_torn_tail_is_cut_and_what_was_before_it_is_kept(tmp_path_factory, kept, torn, data):
    folder = tmp_path_factory.mktemp("journal")
    written(folder, [[*kept, torn]])
    (path,) = folder.iterdir()
    cut = data.draw(st.integers(1, len(torn) + 7))
    os.truncate(path, path.stat().st_size - cut)
    assert read(folder)[0] == kept
    assert not list(folder.iterdir())


@settings(max_examples=20)
@given(kept=records, zeros=st.integers(1, 9000))
def test_blocks_never_written_hold_no_records(tmp_path_factory, kept, zeros):
    folder = tmp_path_factory.mktemp("journal")
    written(folder, [kept] if kept else [[b"x"]])
    (path,) = folder.iterdir()
    os.truncate(path, path.stat().st_size + zeros)
    assert read(folder)[0] == (kept or [b"x"])


def test_a_damaged_record_is_passed_over_and_its_file_put_aside(folder):
    written(folder, [[b"first", b"second", b"third"]])
    (path,) = folder.iterdir()
    path.write_bytes(path.read_bytes().replace(b"second", b"secone"))
    assert read(folder) == ([b"first", b"third"], 1)
    assert [kept.suffix for kept in folder.iterdir()] == [".damaged"]


def test_reading_can_go_on_behind_what_was_replayed(folder):
    written(folder, [[b"one", b"two", b"three"]])
    (sealed,) = adoptable(folder)
    sealed.stream = sealed.path.open("rb")
    ends = [end for end, _ in sealed.records()]
    assert [record for _, record in sealed.records(after=ends[1])] == [b"three"]
    sealed.stream.close()


def test_a_journal_whose_writer_lives_is_not_adopted(folder):
    journal = Journal(folder)
    journal.append([b"mine"])
    assert read(folder) == ([], 0)
    assert journals.journalled_bytes(folder) == journal.size > 0
    journal.seal()
    assert read(folder) == ([b"mine"], 0)


def test_one_journal_is_adopted_by_one_worker(folder):
    written(folder, [[b"one"]])
    first = adoptable(folder)
    assert next(first).path.exists()
    assert read(folder) == ([], 0)
    first.close()
    assert read(folder) == ([b"one"], 0)


def test_a_file_replayed_by_another_meanwhile_is_left_alone(folder, monkeypatch):
    written(folder, [[b"one"]])
    opened = journals._opened

    def removed_under_our_hands(path):
        stream = opened(path)
        path.unlink()
        return stream

    monkeypatch.setattr(journals, "_opened", removed_under_our_hands)
    assert list(adoptable(folder)) == []


def test_journals_are_readable_to_their_owner_only(folder):
    within = folder / "new"
    written(within, [[b"a number and a name"]])
    (path,) = within.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(within.stat().st_mode) == 0o700


def test_what_the_disk_refuses_does_not_count_as_kept(folder, monkeypatch):
    journal = Journal(folder)
    journal.append([b"before"])
    real, calls = os.write, []

    def full(descriptor, block):
        calls.append(1)
        if len(calls) == 1:
            return real(descriptor, bytes(block)[:5])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        journal.append([b"refused"])
    monkeypatch.setattr(os, "write", real)
    journal.append([b"after"])
    journal.seal()
    assert sorted(read(folder)[0]) == [b"after", b"before"]


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("fails", ["fdatasync", "fsync"])
def test_a_full_disk_is_not_filled_with_empty_files(folder, monkeypatch, fails):
    journal, before = Journal(folder), open_files()

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, fails, full)
    for _ in range(3):
        with pytest.raises(OSError, match="No space"):
            journal.append([b"refused"])
    assert list(folder.iterdir()) == []
    assert open_files() == before
    monkeypatch.undo()
    journal.append([b"after"])
    journal.seal()
    assert read(folder) == ([b"after"], 0)


def test_after_a_failed_fsync_the_file_is_not_trusted_again(folder, monkeypatch):
    journal = Journal(folder)
    journal.append([b"before"])
    real = os.fdatasync

    def failing(descriptor):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", failing)
    with pytest.raises(OSError, match="Input/output"):
        journal.append([b"lost"])
    monkeypatch.setattr(os, "fdatasync", real)
    journal.append([b"after"])
    assert len(list(folder.iterdir())) == 2
    journal.seal()
    assert sorted(read(folder)[0]) == [b"after", b"before"]


@pytest.mark.parametrize("record", [b"", b"x" * (journals.MAX_RECORD + 1)])
def test_a_record_that_could_not_be_read_back_is_refused(folder, record):
    with pytest.raises(ValueError, match="between one byte"):
        Journal(folder).append([record])
