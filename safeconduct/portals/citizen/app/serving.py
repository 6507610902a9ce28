"""What the app is made of: its worker, its manifests, and the way to be rid of it."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import orjson
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods, require_safe

from safeconduct.ground.kernel import languages
from safeconduct.ground.ui.templatetags.house import style_url
from safeconduct.portals.citizen.reports.views import PAGES
from safeconduct.wires.intake.web.texts import WRITTEN, texts
from safeconduct.wires.messaging.engine import push

_FOLDER: Final = Path(__file__).parent / "worker"
# In pages too, or only in the worker.
_SHARED: Final = ("citizen/drawer.js", "citizen/outbox.js")
_OWN: Final = ("push.js", "renewal.js", "shell.js")
_SAID: Final = ("safe", "needs_help", "received", "received_help", "not_sent", "over", "expired")
# What the kept pages are shown and work with.
_ASSETS: Final = (
    *_SHARED,
    "citizen/app.js",
    "citizen/exit.js",
    "citizen/photos.js",
    "citizen/reports.js",
    "citizen/kept.js",
    "citizen/offer.js",
    "registry/subscribing.js",
    "citizen/later.js",
    "citizen/wipe.js",
    "public/locate.js",
    "places/picker.js",
    "registry/registry.css",
    "ui/icon.svg",
)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker's script with the house's addresses and words before it; the same for everybody.

    Asked for anew at every visit: an old one could show wrong words for as long as it lives.
    """
    # It sends answers to the door, which may have a name of its own, and keeps pages of ours.
    policy: dict[str, list[str]] = {
        "default-src": [CSP.NONE],
        "connect-src": [CSP.SELF, settings.ANSWER_URL],
    }
    return csp_override(policy)(_script)(request)


def _script(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- as views are called
    house = {
        "answers": settings.ANSWER_URL,
        "renewed": reverse("registration:phone_renewed"),
        "key": push.public_key() if push.is_offered() else "",
        "words": {code: {name: texts(code)[name] for name in _SAID} for code in WRITTEN},
        "shell": _shell(),
    }
    body = b"const HOUSE = " + orjson.dumps(house) + b";\n" + _source()
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def _shell() -> dict[str, object]:
    """The addresses the worker keeps; LL and CC stand for a language and a country.

    ``version`` changes with every byte that is kept but the words, which come with a release too.
    """
    assets = [style_url("app"), *map(static, _ASSETS)]
    pages = {reverse("public:home"): _of("public:kept_start")}
    pages |= {reverse(name): _of(f"{name}_kept") for name in PAGES}
    pages[reverse("registration:register")] = _of("reports:register_kept")
    country = reverse("public:kept_home", args=["en", "XX"])
    return {
        "version": sha256(_source() + _content() + str(assets).encode()).hexdigest()[:12],
        "pages": pages,
        "country": country.replace("/en/", "/LL/").replace("/XX/", "/CC/"),
        "assets": assets,
    }


def _of(name: str) -> str:
    return reverse(name, args=["en"]).replace("/en/", "/LL/")


@cache
def _source() -> bytes:
    """Shared parts first: scripts of one world, each name in it once."""
    own = [(_FOLDER / name).read_bytes() for name in _OWN]
    return b"\n".join([*map(_read, _SHARED), *own])


@cache
def _content() -> bytes:
    return b"".join(map(_read, _ASSETS))


def _read(name: str) -> bytes:
    found = finders.find(name)
    if found is None:
        raise FileNotFoundError(name)
    return Path(found).read_bytes()


@require_safe
def manifest(request: HttpRequest, language: str) -> HttpResponse:  # noqa: ARG001 -- as views are
    """What a phone needs to install the app, in a language (W3C Web Application Manifest)."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        said = _manifest(language)
    response = HttpResponse(orjson.dumps(said), content_type="application/manifest+json")
    response["Cache-Control"] = "public, max-age=3600"
    return response


def _manifest(language: str) -> dict[str, object]:
    return {
        "id": "/",
        "name": _("Safeconduct: help for nationals abroad"),
        "short_name": "Safeconduct",
        "description": _("Warnings, advice, and help from your embassy, also without a line."),
        "lang": language,
        "dir": languages.direction(language),
        "start_url": reverse("public:home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#12303f",
        "icons": [
            _icon("icon-192.png", 192),
            _icon("icon-512.png", 512),
            _icon("maskable-512.png", 512, purpose="maskable"),
            {"src": static("ui/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        ],
        "shortcuts": [
            {"name": _("I need help"), "url": reverse("reports:help")},
            {"name": _("I am here"), "url": reverse("reports:here")},
        ],
    }


def _icon(name: str, pixels: int, *, purpose: str = "any") -> dict[str, str]:
    size = f"{pixels}x{pixels}"
    address = static(f"ui/icons/{name}")
    return {"src": address, "sizes": size, "type": "image/png", "purpose": purpose}


@require_http_methods(["GET", "HEAD", "POST"])
def wipe(request: HttpRequest) -> HttpResponse:
    """Everything of ours off this phone: one tap, and the browser is told to forget us."""
    is_done = request.method == "POST"
    response = render(request, "citizen/wipe.html", {"is_done": is_done})
    response["Cache-Control"] = "no-store"
    if is_done:
        # Storage is also the worker and what it keeps (Clear Site Data, 3.1).
        response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response
