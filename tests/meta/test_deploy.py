"""Examples an operator copies: units start commands that exist, and the proxy hides figures."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from safeconduct.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
HARDENED = ("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "UMask=0077")


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_a_command_of_ours_and_may_do_little_else(path):
    unit = path.read_text()
    command = re.search(
        r"^ExecStart=/opt/safeconduct/.venv/bin/safeconduct (\w+)", unit, re.MULTILINE
    )
    assert command
    assert command.group(1) in COMMANDS
    assert "EnvironmentFile=/etc/safeconduct/environment" in unit
    assert all(line in unit for line in HARDENED)
    assert "Restart=always" in unit or "Type=oneshot" in unit


def test_every_process_the_guide_names_has_a_unit():
    started = "".join(path.read_text() for path in UNITS)
    for words in ("serve", "intake", "worker --only %i", "sender", "backup"):
        assert f"/safeconduct {words}" in started


def test_the_example_of_variables_names_none_that_nobody_reads():
    guide = (ROOT / "docs/operators/README.md").read_text()
    example = (ROOT / "deploy/systemd/environment.example").read_text()
    named = set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))
    assert named
    assert all(f"`{name}`" in guide for name in named)


def test_the_proxy_sends_answers_to_the_door_and_figures_to_nobody():
    caddy = (ROOT / "deploy/caddy/Caddyfile").read_text()
    assert "@answers path /s/* /in/* /receipts*" in caddy
    assert "@watching path /metrics /health/*" in caddy


@pytest.mark.parametrize(
    ("asked", "logged"),
    [
        ("/s/0aB9", "/s/…"),
        ("/me/0aB9/?phone=on", "/me/…/?phone=on"),
        ("/account/invited/0aB9-x:_z", "/account/invited/…"),
        ("/in/kannel/S3CR.ET-x?from=1", "/in/kannel/…?from=1"),
        ("/in/kannel?from=1&secret=a%2Fb&id=1", "/in/kannel?from=1&secret=…&id=1"),
        ("/v/KXRPTW", "/v/KXRPTW"),
    ],
)
def test_the_proxy_logs_nobodys_link_and_no_secret(asked, logged):
    caddy = (ROOT / "deploy/caddy/Caddyfile").read_text()
    found = re.search(r'request>uri regexp "(.+)" "\$1(.+)"', caddy)
    assert found
    assert re.sub(found.group(1), rf"\g<1>{found.group(2)}", asked) == logged


def test_systemd_understands_the_units():
    """Where systemd is; that the program is not in its place yet is all it may say."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        return
    for path in UNITS:
        said = subprocess.run([verify, "verify", path], capture_output=True, text=True, check=False)
        wrong = [line for line in said.stderr.splitlines() if "is not executable" not in line]
        assert wrong == []
