"""The sealed file: what it refuses, and that nothing in it can be moved, cut or read."""

import io
import tarfile
from uuid import uuid4

import orjson
import pytest

from config.backup import BackupRefusedError, sealing
from config.backup.archive import KEYS, MANIFEST
from config.backup.carrying import pack, unpack
from config.backup.restoring import opened, refuse_newer
from config.backup.sealing import SealedReader, SealedWriter

PASSPHRASE = "correct horse battery staple"


def sealed(told: bytes, *, finished: bool = True) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, PASSPHRASE, cost=4)
    writer.write(told)
    if finished:
        writer.finish()
    return file.getvalue()


def unsealed(file: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return SealedReader(io.BytesIO(file), passphrase).readall()


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(sealing, "BLOCK", 100)


@pytest.mark.parametrize("length", [0, 1, 99, 100, 101, 200, 1234])
def test_what_was_sealed_comes_back(length):
    told = bytes(range(256)) * 5
    assert unsealed(sealed(told[:length])) == told[:length]


def test_the_same_twice_looks_different():
    assert sealed(b"told") != sealed(b"told")
    assert b"told" not in sealed(b"told")


def test_a_wrong_passphrase_is_told_from_a_damaged_file():
    with pytest.raises(BackupRefusedError, match="passphrase is wrong"):
        unsealed(sealed(b"told"), "something else entirely")


@pytest.mark.parametrize("place", [-1, -60, -130])
def test_an_altered_byte_is_noticed(place):
    file = bytearray(sealed(b"x" * 300))
    file[place] ^= 1
    with pytest.raises(BackupRefusedError, match=r"damaged|cut off"):
        unsealed(bytes(file))


def test_a_block_left_out_or_moved_is_noticed():
    file = sealed(b"x" * 300)
    head, size = len(file) - 3 * 120, 120
    first, second, last = (file[head + n * size : head + (n + 1) * size] for n in range(3))
    for order in ((second, first, last), (first, last), (first, second, last, last)[1:]):
        with pytest.raises(BackupRefusedError):
            unsealed(file[:head] + b"".join(order))


def test_a_file_cut_off_at_any_block_is_refused():
    whole = sealed(b"x" * 300)
    for end in (len(whole) - 120, len(whole) - 5, len(whole) - 118):
        with pytest.raises(BackupRefusedError, match="cut off"):
            unsealed(whole[:end])
    with pytest.raises(BackupRefusedError, match="cut off"):
        unsealed(sealed(b"x" * 300, finished=False))


@pytest.mark.parametrize("file", [b"", b"PK\x03\x04", sealing.MAGIC, sealing.MAGIC + b"{}\n"])
def test_another_file_is_no_backup(file):
    with pytest.raises(BackupRefusedError):
        unsealed(file)


def test_a_head_that_asks_for_all_memory_is_refused():
    head = orjson.dumps({"kdf": "scrypt", "cost": 40, "salt": "00" * 16, "check": "00" * 16})
    with pytest.raises(BackupRefusedError, match="damaged"):
        unsealed(sealing.MAGIC + head + b"\n")


def backup(tmp_path, *, migrations=(), files=None, variables=None):
    """A backup of nothing but its first two members."""
    file = io.BytesIO()
    manifest = {"made_at": "2026-01-01T00:00:00+00:00", "version": "9.9", "server": 18}
    members = {
        MANIFEST: manifest | {"migrations": list(migrations)},
        KEYS: {"files": files or {}, "variables": variables or {}},
    }
    with tarfile.open(fileobj=file, mode="w|") as tar:
        for name, told in members.items():
            member, octets = tarfile.TarInfo(name), orjson.dumps(told)
            member.size = len(octets)
            tar.addfile(member, io.BytesIO(octets))
    path = tmp_path / "one.backup"
    path.write_bytes(sealed(file.getvalue()))
    return path


def test_a_backup_of_a_newer_version_is_refused_before_anything_is_touched(tmp_path):
    path = backup(tmp_path, migrations=[["alerts", "0001_initial"], ["alerts", "0999_later"]])
    with opened(path, PASSPHRASE) as held:
        with pytest.raises(BackupRefusedError, match=r"alerts\.0999_later"):
            refuse_newer(held.manifest, {("alerts", "0001_initial")})
        refuse_newer(held.manifest, {("alerts", "0001_initial"), ("alerts", "0999_later")})


def test_keys_of_another_installation_are_kept_beside_the_restored_ones(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "keys.json").write_text("mine")
    path = backup(
        tmp_path, files={"keys.json": "theirs"}, variables={"SAFECONDUCT_HOSTS": "a.example"}
    )
    with opened(path, PASSPHRASE) as held:
        held.into_home(home)
    assert (home / "keys.json").read_text() == "theirs"
    assert (home / "keys.json.before-restore").read_text() == "mine"
    assert (home / "restored.env").read_text() == 'SAFECONDUCT_HOSTS="a.example"\n'
    assert (home / "restored.env").stat().st_mode & 0o077 == 0


def test_a_key_file_cannot_climb_out_of_its_home(tmp_path):
    path = backup(tmp_path, files={"../../outside.json": "x"})
    with opened(path, PASSPHRASE) as held:
        held.into_home(tmp_path / "home")
    assert (tmp_path / "home/outside.json").exists()
    assert not (tmp_path.parent / "outside.json").exists()


def test_journals_are_carried_to_another_machine_whole_or_not_at_all(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    names = [f"{uuid4()}.journal", f"reports/{uuid4()}.journal"]
    for name in names:
        path = here / "journal" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"answers" * 100)
    packed = io.BytesIO()
    assert sorted(pack(here, packed, PASSPHRASE, cost=4)) == sorted(names)
    assert b"answers" not in packed.getvalue()
    with pytest.raises(BackupRefusedError):
        unpack(there, io.BytesIO(packed.getvalue()[:-100]), PASSPHRASE)
    assert [path for path in there.rglob("*") if path.is_file()] == []
    taken = unpack(there, io.BytesIO(packed.getvalue()), PASSPHRASE)
    assert len(taken) == 2
    for name in names:
        assert (there / "journal" / name).read_bytes() == b"answers" * 100
        assert (there / "journal" / name).stat().st_mode & 0o077 == 0
        assert (here / "journal" / name).exists()
    assert unpack(there, io.BytesIO(packed.getvalue()), PASSPHRASE) == []


def test_a_journal_of_a_strange_name_is_carried_nowhere(tmp_path):
    told = io.BytesIO()
    writer = SealedWriter(told, PASSPHRASE, cost=4)
    with tarfile.open(fileobj=writer, mode="w|") as tar:
        tar.addfile(tarfile.TarInfo("journal/../../etc/passwd"))
    writer.finish()
    with pytest.raises(BackupRefusedError, match="strange name"):
        unpack(tmp_path, io.BytesIO(told.getvalue()), PASSPHRASE)
