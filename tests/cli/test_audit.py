"""Whether the trail stands, asked at the command line."""

import orjson
import pytest
from click.testing import CliRunner

from safeconduct.cli import group
from safeconduct.ground.audit.models import Seal
from safeconduct.ground.audit.tasks import seal
from tests import builders

pytestmark = pytest.mark.django_db


def check(*words):
    return CliRunner().invoke(group, ["audit", "check", *words])


def test_a_whole_trail_gives_a_digest_to_note(tmp_path):
    builders.officer()
    seal(timestamp=0)
    told = tmp_path / "told.json"
    assert check("--json", str(told)).exit_code == 0
    found = orjson.loads(told.read_bytes())
    assert (found["seals"], found["broken"]) == (1, [])
    assert found["last"] == bytes(Seal.objects.get().digest).hex()
    assert check("--noted", found["last"]).exit_code == 0


def test_a_changed_entry_and_a_trail_cut_short_are_told():
    builders.officer()
    seal(timestamp=0)
    noted = bytes(Seal.objects.get().digest).hex()
    Seal.objects.update(digest=b"0" * 32)
    broken = check()
    assert broken.exit_code == 1
    assert f"1 of 1 seals are broken: {Seal.objects.get().pk}." in broken.output
    for gone in (noted, "no digits"):
        assert "cut off" in check("--noted", gone).output
