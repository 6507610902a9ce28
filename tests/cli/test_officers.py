"""Accounts and posts from the command line."""

import pytest
from click.testing import CliRunner

from safeconduct.cli import group
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.missions.access import permissions_of
from tests import builders

pytestmark = pytest.mark.django_db


def _run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(group, list(words))
    return result.exit_code, result.output


def test_the_first_administrator_is_made_here() -> None:
    words = ("--email", "first@mfa.example", "--name", "First", "--role", "administrator")
    code, said = _run("officer", "add", *words)
    assert code == 0
    officer = Officer.objects.get(email="first@mfa.example")
    assert officer.check_password(said.split()[1])
    assert "missions.appoint" in permissions_of(officer)
    assert _run("officer", "add", *words)[0] == 1


def test_an_unknown_role_leaves_no_account_behind() -> None:
    words = ("--email", "x@mfa.example", "--name", "X", "--role", "king")
    assert _run("officer", "add", *words)[0] == 1
    assert not Officer.objects.exists()


def test_a_lost_password_is_replaced() -> None:
    officer = builders.officer(email="lost@mfa.example")
    code, said = _run("officer", "password", "--email", "LOST@mfa.example")
    officer.refresh_from_db()
    assert code == 0
    assert officer.check_password(said.strip())
    assert _run("officer", "password", "--email", "nobody@mfa.example")[0] == 1


def test_codes_are_told_of_demo_officers_only() -> None:
    builders.officer(email="real@mfa.example")
    assert _run("officer", "demo-code", "real@mfa.example")[0] == 1


def test_posts_are_loaded_from_our_file_or_another(tmp_path: object) -> None:
    import tomllib
    from pathlib import Path

    from safeconduct.ground.missions.actions import POSTS_FILE

    for described in tomllib.loads(POSTS_FILE.read_text())["post"]:
        builders.country(described["country"])
    assert "posts are known" in _run("posts", "load")[1]
    own = Path(str(tmp_path)) / "own.toml"
    own.write_text(POSTS_FILE.read_text().split("[[post]]\nid = 3")[0])
    assert _run("posts", "load", str(own))[1].startswith("2 posts")
