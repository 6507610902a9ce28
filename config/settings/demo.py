"""One machine, nothing to configure: embedded PostgreSQL, keys made at first start."""

from config import env, keys
from config.settings.base import *
from config.settings.base import HOME, MESSAGING

MODE = "demo"
_made = keys.local(HOME)
SECRET_KEY = _made.secret_key
LINK_KEYS = _made.link_keys
DATA_KEYS = _made.data_keys
MESSAGING = MESSAGING | {"VAPID_KEYS": _made.vapid_keys}
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
# The command line starts the embedded server and sets DATABASE_URL for itself and its children.
DATABASES = {
    "default": env.database(env.text("DATABASE_URL", "postgresql://127.0.0.1/safeconduct"))
}
