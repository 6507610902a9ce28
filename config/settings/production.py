"""A ministry's own servers: DATABASE_URL and secrets must be given, TLS is assumed."""

from config import env
from config.settings.base import *
from config.settings.base import ALLOWED_HOSTS

for _needed in (
    "DATABASE_URL",
    "SAFECONDUCT_SECRET_KEY",
    "SAFECONDUCT_LINK_KEYS",
    "SAFECONDUCT_DATA_KEYS",
    "SAFECONDUCT_HOSTS",
):
    if not env.text(_needed):
        raise env.EnvironmentRefusedError(f"{_needed} must be set; see docs/operators.")

DATABASES = {"default": env.database(env.text("DATABASE_URL"))}
# Who watches from this machine asks by its own name, without TLS.
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "127.0.0.1", "localhost", "[::1]"]
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = ["^health$", "^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 63072000
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# Laid out by `safeconduct migrate`: named after what is in them, so that browsers may keep them
# for ever, and compressed once instead of for every reader.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
