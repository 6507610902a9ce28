"""Examples an operator copies: units start commands that exist, and the proxy hides figures."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from safeconduct.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
# Folders nginx would else make where it is installed.
_TEMPORARY = "".join(
    f"{name}_temp_path {{folder}}/{name};\n"
    for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
)
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
        ("/me/warden/0aB9/7/", "/me/warden/…/7/"),
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


@pytest.fixture
def certificate(tmp_path):
    """What a server needs before it says whether it understands what it is told."""
    made = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1"
    names = ["-subj", "/CN=mfa.example", "-keyout", str(made[0]), "-out", str(made[1])]
    subprocess.run([*make.split(), *names], check=True, capture_output=True)
    return tmp_path


@pytest.mark.proxies
def test_nginx_understands_the_example(certificate):
    site = (ROOT / "deploy/nginx/safeconduct.conf").read_text()
    site = re.sub(r"/etc/letsencrypt/live/[a-z.]+", str(certificate), site)
    site = site.replace("/var/log/nginx", str(certificate))
    # Ports below 1024 are not everybody's to listen at.
    site = re.sub(r"listen (\[::\]:)?(80|443)\b", r"listen \g<1>18\2", site)
    whole = certificate / "nginx.conf"
    whole.write_text(
        f"pid {certificate}/pid;\nerror_log {certificate}/errors;\nevents {{}}\n"
        f"http {{\n{_TEMPORARY.format(folder=certificate)}{site}}}\n"
    )
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    said = subprocess.run(
        [nginx, "-t", "-q", "-c", str(whole)], capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.proxies
def test_caddy_understands_the_example(tmp_path):
    said = subprocess.run(
        [
            *["caddy", "adapt", "--adapter", "caddyfile", "--validate", "--config"],
            "deploy/caddy/Caddyfile",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)},
    )
    assert said.returncode == 0, said.stderr


@pytest.mark.parametrize("proxy", ["caddy/Caddyfile", "nginx/safeconduct.conf"])
def test_both_proxies_know_the_same_ways_to_the_door(proxy):
    told = (ROOT / "deploy" / proxy).read_text()
    assert all(way in told for way in ("s/", "in/", "receipts", "here", "help", "/health/"))
    assert "127.0.0.1:8010" in told
    assert "127.0.0.1:8000" in told


def test_systemd_understands_the_units():
    """Where systemd is; that the program is not in its place yet is all it may say."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        return
    for path in UNITS:
        said = subprocess.run([verify, "verify", path], capture_output=True, text=True, check=False)
        wrong = [line for line in said.stderr.splitlines() if "is not executable" not in line]
        assert wrong == []
