"""An officer who looks at the console without a browser, and the processes that serve it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from bench.pages import free_port, wait_for
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.audit.models import Entry
from safeconduct.ground.missions.models import Appointment


@contextmanager
def looking() -> Iterator[dict[str, str]]:
    """The cookies of a duty officer who is gone at the end."""
    officer = _officer()
    try:
        yield {settings.SESSION_COOKIE_NAME: _session(officer)}
    finally:
        Entry.objects.filter(actor_kind="system", actor_name="bench", seal=None).delete()
        officer.delete()


@contextmanager
def served() -> Iterator[int]:
    """The port of our pages, served by two processes."""
    port = free_port()
    command = [sys.executable, "-m", "safeconduct.cli", "serve", "--port", str(port)]
    process = subprocess.Popen([*command, "--workers", "2"], env=os.environ, start_new_session=True)
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _officer() -> Officer:
    # Neither password nor second factor could be used: the session is made beside the door.
    officer = Officer.objects.create(email=f"bench-{time.time_ns()}@mfa.example", name="Bench")
    officer.set_unusable_password()
    officer.save()
    Authenticator.objects.create(user=officer, type=Authenticator.Type.TOTP, data={})
    Appointment.objects.create(officer=officer, role="duty_officer")
    return officer


def _session(officer: Officer) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(officer.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = officer.get_session_auth_hash()
    store.save()
    return store.session_key or ""
