"""What the test suite runs with: short time-outs, a quick hasher, every door shut but loopback."""

from pathlib import Path
from tempfile import gettempdir

from config import env
from config.settings.base import *
from config.settings.base import CHECKINS, INTAKE, MESSAGING

MODE = "test"
SECRET_KEY = "only-for-tests"  # noqa: S105 -- guards nothing
LINK_KEYS = ["11" * 16, "22" * 16]
DATA_KEYS = ["33" * 32, "44" * 32]
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
DATABASES = {
    "default": env.database(env.text("DATABASE_URL", "postgresql://127.0.0.1/safeconduct"))
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MESSAGING = MESSAGING | {"LEASE_SECONDS": 2.0, "POLL_SECONDS": 0.1, "RETRY_SECONDS": [0, 0]}
# Guards nothing but the tests' own subscriptions.
MESSAGING = MESSAGING | {"VAPID_KEYS": ["AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"]}
INTAKE = INTAKE | {
    "JOURNAL_DIR": Path(gettempdir()) / "safeconduct-test-journal",
    "REPLAY_SECONDS": 0.1,
}
JOBS = {
    "HEARTBEAT_SECONDS": 0.5,
    "STALLED_SECONDS": 2.0,
    "RESCUE_SECONDS": 0.5,
    "POLL_SECONDS": 0.2,
}
CHECKINS = CHECKINS | {"DRAIN_POLL_SECONDS": 0.05}
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Static files straight from where they are kept: nobody collects them for a test.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# What a test has just changed must be on the next page.
BOARD = BOARD | {"HOLD_SECONDS": 0.0}
