"""A ministry's machine burns down: what the backup held goes on elsewhere as if nothing was."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
import pytest

from config.postgres import running
from safeconduct.ground.kernel import clock
from safeconduct.wires.intake.engine.commit import copy_line
from safeconduct.wires.intake.engine.journal import Journal
from tests.doors import link, open_door

pytestmark = pytest.mark.faults
ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "correct horse battery staple"
# Fifteen people are asked: one answer is folded, one waits in the table, one in the journal.
_LIFE = """
import django; django.setup()
from datetime import timedelta
from safeconduct.ground.kernel import clock
from safeconduct.ground.privacy.forgotten import key_mark
from safeconduct.response.checkins.engine import drain
from safeconduct.wires.messaging.terms import Channel
from tests import builders, messages
key_mark()
builders.country("TR")
builders.released_alert()
people = [one for _ in range(5) for one in builders.household(3)]
asked = builders.asked(people, now=clock.now() - timedelta(hours=1))
builders.raw_answer(asked[0].id)
drain.run_once()
builders.raw_answer(asked[1].id)
sent = messages.batch()
messages.fill(sent.pk, 7)
print(",".join(str(one.id) for one in asked))
"""
_CONFIDE = """
import django; django.setup()
from safeconduct.ground.kernel import clock
from safeconduct.ground.privacy.actions import choose_consents
from safeconduct.ground.privacy.consents import FAMILY
from safeconduct.ground.privacy.forgotten import key_mark
from safeconduct.ground.privacy.sealing import Subject
from safeconduct.picture.registry.actions import confide, name_emergency_contact
from tests import builders
key_mark()
leyla = builders.family()[0]
rena = builders.family("Rena", phone="+9990001119999")[0]
for one in (leyla, rena):
    confide(person_id=one.pk, passport="C01234567", now=clock.now(), actor=builders.TESTER)
name_emergency_contact(
    party_id=rena.party_id, name="Aygün", relation="", phone="+994501", now=clock.now(),
    actor=builders.TESTER,
)
choose_consents(
    subject=Subject("party", rena.party_id), choices={FAMILY: True}, language="az", how="page",
    now=clock.now(), actor=builders.TESTER,
)
"""
_DELETE = """
import django; django.setup()
from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.actions import delete_party
from safeconduct.picture.registry.models import Person
from tests.builders import TESTER
gone = Person.objects.get(given_name="Leyla")
delete_party(party_id=gone.party_id, now=clock.now(), actor=TESTER)
"""
_TAKE_BACK = """
import django; django.setup()
from safeconduct.ground.kernel import clock
from safeconduct.ground.privacy.actions import choose_consents
from safeconduct.ground.privacy.consents import FAMILY
from safeconduct.ground.privacy.sealing import Subject
from safeconduct.picture.registry.actions import remove_emergency_contact, stop_contact
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.wires.messaging.terms import Channel
from tests.builders import TESTER
rena = Person.objects.get(given_name="Rena")
by = {"now": clock.now(), "actor": TESTER}
remove_emergency_contact(party_id=rena.party_id, **by)
stop_contact(channel=Channel.SMS, address="+9990001119999", **by)
choose_consents(
    subject=Subject("party", rena.party_id), choices={FAMILY: False}, language="az", how="page",
    **by,
)
"""
_FOLD = """
import django; django.setup()
from safeconduct.response.checkins.engine import drain
while drain.run_once(): pass
print("folded")
"""


@pytest.fixture
def server():
    home = Path(tempfile.mkdtemp(prefix="sc-", dir="/var/tmp"))
    home.chmod(0o755)
    with running(home) as found:
        yield found
    shutil.rmtree(home)


def python(url: str, home: Path, *words: str, check: bool = True) -> "subprocess.CompletedProcess":
    surroundings = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "PYTHONPATH": str(ROOT),
        "SAFECONDUCT_HOME": str(home),
        "SAFECONDUCT_SMS_SECRET": 'a "secret" worth $5',
    }
    done = subprocess.run(
        [sys.executable, *words],
        env=surroundings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not check or done.returncode == 0, done.stderr[-3000:]
    return done


def ask(url: str, question: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchall()


def one(url: str, question: str) -> object:
    return ask(url, question)[0][0]


def command(url: str, home: Path, *words: str, check: bool = True):
    return python(url, home, "-m", "safeconduct.cli", *words, check=check)


def answer(port: int, path: str) -> int:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    form = urlencode({"answer": "1", "scope": "me", "key": str(uuid4())})
    asking.request("POST", path, form, {"Content-Type": "application/x-www-form-urlencoded"})
    status = asking.getresponse().status
    asking.close()
    return status


def kept_in_journal(home: Path, asked_id: int) -> None:
    now = clock.now()
    line = copy_line(
        received_at=now, stated_at=now, channel=1, key=uuid4().hex, asked_id=asked_id, answer=1
    )
    journal = Journal(home / "journal")
    journal.append([line])
    journal.seal()


def test_all_that_was_known_is_known_elsewhere_and_nothing_counts_twice(server, tmp_path):
    old_home, new_home = tmp_path / "old", tmp_path / "new"
    old, new = server.url, server.url_of("elsewhere")
    server.ensure_database("elsewhere")
    old_home.mkdir()
    (tmp_path / "word").write_text(PASSPHRASE + "\n")
    word = ("--passphrase-file", str(tmp_path / "word"))
    python(old, old_home, "-m", "django", "migrate", "--verbosity", "0")
    asked = [int(i) for i in python(old, old_home, "-c", _LIFE).stdout.split()[-1].split(",")]
    kept_in_journal(old_home, asked[2])
    told = link(asked[3])

    kept = _backed_up(old, old_home, tmp_path, word)
    version = one(old, "SELECT max(version) FROM rollcall_version")
    tables = _counts(old)
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE safeconduct")

    came = _restored(new, new_home, tmp_path, word)
    assert came["rows"] == kept["rows"]
    # The night's work was done at once, so that nothing is served whose time is over.
    assert one(new, "SELECT count(*) FROM privacy_retentionrun") > 0
    assert _counts(new) == tables
    assert came["doubtful_messages"] == one(
        new, "SELECT count(*) FROM messaging_delivery WHERE maybe_twice"
    )
    assert came["doubtful_messages"] >= 7
    assert one(new, "SELECT count(*) FROM checkins_reply") == 1
    _goes_on(new, new_home, told)
    assert one(new, "SELECT count(*) FROM checkins_reply") == 4
    assert one(new, "SELECT max(version) FROM rollcall_version") > version
    # The same journal once more, as if the machine had come back: it counts nothing twice.
    _goes_on(new, new_home, told)
    assert one(new, "SELECT count(*) FROM checkins_reply") == 5

    again = command(new, new_home, "restore", str(tmp_path / "all.backup"), *word, check=False)
    assert again.returncode == 1
    assert "not empty" in again.stderr


def test_who_was_deleted_since_the_backup_stays_deleted(server, tmp_path):
    home, old, new = tmp_path / "old", server.url, server.url_of("elsewhere")
    server.ensure_database("elsewhere")
    home.mkdir()
    (tmp_path / "word").write_text(PASSPHRASE + "\n")
    word = ("--passphrase-file", str(tmp_path / "word"))
    file, told = str(tmp_path / "all.backup"), tmp_path / "restore.json"
    python(old, home, "-m", "django", "migrate", "--verbosity", "0")
    python(old, home, "-c", _CONFIDE)
    command(old, home, "backup", file, *word)
    # As a process that dies right behind its commit would leave it: durable by then.
    python(old, home, "-c", _DELETE)
    python(old, home, "-c", _TAKE_BACK)
    (kept,) = (home / "forgotten").iterdir()
    assert b"Leyla" not in kept.read_bytes()
    assert b"9990001119999" not in kept.read_bytes()

    done = command(new, home, "restore", file, *word, "--json", str(told))
    assert (
        "deleted once more: 1 consent, 1 emergency contact, 1 passport, 1 person, 1 stop, 1 party."
        in done.stdout.replace("\n", " ")
    )
    assert one(new, "SELECT count(*) FROM registry_emergencycontact") == 0
    assert one(new, "SELECT count(*) FROM registry_contactpoint WHERE stopped_at IS NULL") == 0
    assert ask(new, "SELECT given FROM privacy_consent ORDER BY id") == [(True,), (False,)]
    assert json.loads(told.read_text())["forgotten"]["complete"] is True
    assert ask(new, "SELECT given_name FROM registry_person") == [("Rena",)]
    assert one(new, "SELECT count(*) FROM registry_confided") == 1
    assert ask(
        new, "SELECT wrapped IS NULL FROM privacy_datakey WHERE kind = 'person' ORDER BY id"
    ) == [
        (True,),
        (False,),
    ]
    _says_when_there_is_no_list(server, tmp_path, file, word, kept)


def _says_when_there_is_no_list(server, tmp_path, file, word, kept) -> None:
    """On a machine that has none of the lists; brought later, one does as well."""
    home, third = tmp_path / "third", server.url_of("third")
    server.ensure_database("third")
    home.mkdir()
    done = command(third, home, "restore", file, *word)
    assert "There was no list of deletions" in done.stdout
    assert one(third, "SELECT count(*) FROM registry_person") == 2
    done = command(third, home, "forgotten", "apply", str(kept))
    assert "1 person, 1 stop, 1 party" in done.stdout
    assert one(third, "SELECT count(*) FROM registry_person") == 1
    command(third, home, "forgotten", "copy", str(tmp_path / "copy.list"))
    marks = {line.split()[1] for line in kept.read_text().splitlines()}
    assert marks <= {line.split()[1] for line in (tmp_path / "copy.list").read_text().splitlines()}


def _backed_up(url: str, home: Path, folder: Path, word: tuple[str, str]) -> dict:
    file, told = folder / "all.backup", folder / "backup.json"
    command(url, home, "backup", str(file), *word, "--json", str(told))
    assert file.stat().st_mode & 0o077 == 0
    for secret in (b"Person", b"worth $5", b"PGDMP"):
        assert secret not in file.read_bytes()
    kept = json.loads(told.read_text())
    assert "SAFECONDUCT_SMS_SECRET" in kept["keys"]
    assert len(kept["journals"]) == 1
    return kept


def _restored(url: str, home: Path, folder: Path, word: tuple[str, str]) -> dict:
    file, told = folder / "all.backup", folder / "restore.json"
    (folder / "wrong").write_text("not the passphrase\n")
    wrong = ("--passphrase-file", str(folder / "wrong"))
    refused = command(url, home, "restore", str(file), *wrong, check=False)
    assert refused.returncode == 1
    assert "passphrase is wrong" in refused.stderr
    command(url, home, "restore", str(file), *word, "--json", str(told))
    variables = (home / "restored.env").read_text()
    assert 'SAFECONDUCT_SMS_SECRET="a \\"secret\\" worth \\$5"' in variables
    # Kept aside for the second replay.
    shutil.copytree(home / "journal", folder / "journal")
    return json.loads(told.read_text())


def _counts(url: str) -> dict[str, int]:
    names = [row[0] for row in ask(url, "SELECT relname FROM pg_stat_user_tables ORDER BY 1")]
    names.remove("privacy_retentionrun")
    return {name: one(url, f'SELECT count(*) FROM "{name}"') for name in names}


def _goes_on(url: str, home: Path, told: str) -> None:
    """A door with the restored journal takes an answer by an old link; all of it is folded."""
    folder = home / "door"
    (folder / "safeconduct-test-journal").mkdir(parents=True, exist_ok=True)
    for path in (home.parent / "journal").iterdir():
        shutil.copy(path, folder / "safeconduct-test-journal")
    with open_door(folder, database_url=url) as door:
        assert answer(door.port, told) < 400
        _until_replayed(folder)
    python(url, home, "-c", _FOLD)


def _until_replayed(folder: Path) -> None:
    import time

    end = time.monotonic() + 120
    while list((folder / "safeconduct-test-journal").glob("*.journal")):
        assert time.monotonic() < end, "the journal is not replayed"
        time.sleep(0.05)
