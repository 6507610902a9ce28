"""Settings every deployment shares; nothing here knows a domain."""

from datetime import timedelta
from typing import Any

from django.utils.csp import CSP

from config import env, proxies

BASE_DIR = env.ROOT
SECRET_KEY = env.text("SAFECONDUCT_SECRET_KEY")
# Still believed while the key above takes over from them; then taken away.
SECRET_KEY_FALLBACKS = env.words("SAFECONDUCT_OLD_SECRET_KEYS")
# The keys of answer links: current first, then the previous one while it is retired.
LINK_KEYS = env.words("SAFECONDUCT_LINK_KEYS")
# The keys over everybody's keys (ground/privacy/sealing.py): current first, then the previous.
DATA_KEYS = env.words("SAFECONDUCT_DATA_KEYS")
# demo | test | exercise | production: providers refuse every host but loopback outside production.
MODE = "production"
DEBUG = False
ALLOWED_HOSTS = env.words("SAFECONDUCT_HOSTS")
# Absolute addresses of what people open: pages and, apart, the door for answers.
PUBLIC_URL = env.text("SAFECONDUCT_PUBLIC_URL", "http://127.0.0.1:8000")
ANSWER_URL = env.text("SAFECONDUCT_ANSWER_URL", "http://127.0.0.1:8010")
# Where "Leave this page now" leads: a harmless page, known in the countries people are in.
EXIT_URL = env.text("SAFECONDUCT_EXIT_URL", "https://www.wikipedia.org/")
# Links of these purposes open a page of ours; all others lead to the door for answers.
LINK_PATHS = {
    "registration": "/me/",
    "still": "/me/still/",
    "request": "/me/request/",
    "invitation": "/account/invited/",
}
HOME = env.home()
# Who shows this may read figures and details of health from anywhere; else this machine alone.
WATCH_TOKEN = env.text("SAFECONDUCT_WATCH_TOKEN")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    # After ours is asked for a template, Django's own form widgets.
    "safeconduct.ground.ui",
    "django.forms",
    "safeconduct.ground.audit",
    "safeconduct.ground.privacy",
    "safeconduct.ground.places",
    "safeconduct.ground.accounts",
    "safeconduct.ground.missions",
    "safeconduct.wires.hazards",
    "safeconduct.wires.intake",
    "safeconduct.wires.messaging",
    "safeconduct.picture.registry",
    "safeconduct.picture.incidents",
    "safeconduct.picture.rollcall",
    "safeconduct.picture.audiences",
    "safeconduct.readiness.advice",
    "safeconduct.response.checkins",
    "safeconduct.response.ladder",
    "safeconduct.response.alerts",
    "safeconduct.response.calls",
    "safeconduct.response.cases",
    "safeconduct.portals.public",
    "safeconduct.portals.citizen",
    "safeconduct.portals.console",
    "safeconduct.portals.operators",
    # After our own, whose templates stand in for theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages go out small whatever stands before us; it pads them, so that their length tells
    # nobody what is secret on them (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "safeconduct.ground.ui.middleware.shared_by_all",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "safeconduct.ground.ui.middleware.chosen_language",
    "safeconduct.ground.ui.textsize.chosen_text_size",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "safeconduct.ground.accounts.middleware.officers_language",
    "safeconduct.ground.accounts.middleware.what_was_taken",
    "safeconduct.ground.accounts.middleware.back_to_a_page",
    "safeconduct.ground.missions.middleware.held_permissions",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "safeconduct.ground.ui.context.surroundings",
            ]
        },
    }
]
FORM_RENDERER = "safeconduct.ground.ui.forms.HouseFormRenderer"

AUTH_USER_MODEL = "accounts.Officer"
AUTHENTICATION_BACKENDS = ["safeconduct.ground.accounts.backends.OfficerBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "console:home"
ACCOUNT_ADAPTER = "safeconduct.ground.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "safeconduct.ground.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Safeconduct"
# Telephones' clocks are a little off.
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Tries of signing in are counted here: in the database, so that every web process counts along.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("az", "Azərbaycanca"),
    ("en", "English"),
    ("ru", "Русский"),
    ("fa", "فارسی"),
    ("ar", "العربية"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
# What no reader asks for, and what is compressed already.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "ts", "png", "jpg", "webp", "gz"]
STATICFILES_DIRS = [
    ("maplibre-gl", BASE_DIR / "node_modules/maplibre-gl/dist"),
]

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
# Not "no-referrer": with it browsers send "Origin: null" with our own forms and CSRF refuses them.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
X_FRAME_OPTIONS = "DENY"

# What gives way and when. Seconds; tests shorten them.
MESSAGING: dict[str, Any] = {
    "LEASE_SECONDS": 60.0,
    "POLL_SECONDS": 1.0,
    "IN_FLIGHT": 400,
    "RETRY_SECONDS": [5, 30, 120, 600, 600, 1200, 1800, 3600],
    "PROVIDER_TIMEOUT_SECONDS": 15.0,
    # However many urgent messages there are, some bulk leaves within so many seconds.
    "BULK_STARVES_SECONDS": 60.0,
    # When a provider loses its traffic and how it wins it back: engine/routing.py.
    "ROUTING": {
        "WINDOW_SECONDS": 20.0,
        "SLOW_SECONDS": 10.0,
        "OUT_SECONDS": 30.0,
        "STEP_SECONDS": 10.0,
        "CALM_SECONDS": 600.0,
        "PROBE_SECONDS": 180.0,
    },
    # Where providers report what became of a message: a path of the door for answers.
    "RECEIPTS_URL": ANSWER_URL + "/receipts",
    # Our keys towards push services, base64url, the current first; public halves follow.
    "VAPID_KEYS": env.words("SAFECONDUCT_VAPID_KEY"),
    # Push services beside those that the usual browsers use.
    "PUSH_SERVICES": env.words("SAFECONDUCT_PUSH_SERVICES"),
    # {name: {"kind": "smtp" | "kannel" | "http_json" | "webpush", "channel": "sms", …}}
    "PROVIDERS": env.json_object("SAFECONDUCT_PROVIDERS"),
}
INTAKE: dict[str, Any] = {
    "JOURNAL_DIR": HOME / "journal",
    # What SMS gateways must know to hand in answers; outside production made from SECRET_KEY.
    "SMS_SECRET": env.text("SAFECONDUCT_SMS_SECRET"),
    # The number people answer to by SMS, shown on the answer page.
    "GATEWAY_NUMBER": env.text("SAFECONDUCT_GATEWAY_NUMBER"),
    # Reports a network may send in a minute before the rest is read last and without photos. A
    # camp behind one address is a network; refused is what goes twenty times beyond.
    "REPORTS_A_MINUTE": int(env.number("SAFECONDUCT_REPORTS_A_MINUTE", 300)),
    # So many processes share that allowance, over all machines; `intake` says its own workers.
    "DOORS": int(env.number("SAFECONDUCT_DOORS", 1)),
    # Whose word counts for where a report came from.
    "PROXIES": proxies.ours(),
    "GROUP_SECONDS": 0.004,
    "DATABASE_TIMEOUT_SECONDS": 2.0,
    "REPLAY_SECONDS": 2.0,
}
# A job whose worker was not heard from for so long is put back.
JOBS = {
    "HEARTBEAT_SECONDS": 5.0,
    "STALLED_SECONDS": 20.0,
    "RESCUE_SECONDS": 10.0,
    # How often a worker looks for what was planned for later.
    "POLL_SECONDS": 1.0,
}
# When the board turns grey, and how often an open one asks. Seconds, but for the last.
BOARD = {
    "INTAKE_SILENT_SECONDS": 15,
    "DRAIN_LAG_SECONDS": 10,
    "REPORTS_LAG_SECONDS": 60,
    "HOLD_SECONDS": 0.3,
    "POLL_MILLISECONDS": 1000,
}
PRIVACY: dict[str, Any] = {
    # Where it is written down what was deleted, out of reach of the database's backup.
    "FORGOTTEN_DIR": env.text("SAFECONDUCT_FORGOTTEN") or HOME / "forgotten",
}
REGISTRY: dict[str, Any] = {
    # After how many days without a word residents are asked whether they are still there, by the
    # level of the advice for their country; where nobody says a level, it is 1.
    "STILL_THERE_DAYS": {1: 180, 2: 90, 3: 30, 4: 14},
}
CHECKINS = {
    "DRAIN_SIZE": 5000,
    "DRAIN_POLL_SECONDS": 0.5,
    "DRAIN_THREADS": 2,
    # The same text from the same sender within so long is one message that was sent twice.
    "REPEAT_SECONDS": 60.0,
    # A family that shares a telephone is asked whom its text is for once a round and so long.
    "ASK_BACK_HOURS": 12.0,
}
# Requests for help: how many reports are filed at once, and how often it is looked for more.
CASES = {"DRAIN_SIZE": 50, "DRAIN_POLL_SECONDS": 0.5}
ALERTS: dict[str, Any] = {
    "CHUNK_SIZE": 20_000,
    "FIRST_CHUNK_SIZE": 500,
    # How many workers lay out one large release side by side; each keeps a processor busy.
    "EXPANSION_WORKERS": int(env.number("SAFECONDUCT_EXPANSION_WORKERS", 2)),
    # Who signs our CAP messages: a name that stays ours for ever, usually a mail address.
    "SENDER": env.text("SAFECONDUCT_CAP_SENDER", "alerts@safeconduct.invalid"),
    "SENDER_NAME": env.text("SAFECONDUCT_CAP_SENDER_NAME", "Ministry of Foreign Affairs"),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"veil": {"()": "config.veil.Veil"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["veil"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Django's own handlers would write, or mail, the same lines unveiled.
    "loggers": {"django": {"handlers": []}, "django.server": {"handlers": [], "propagate": True}},
}
