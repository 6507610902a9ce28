"""What the app itself is made of: so far the worker that shows warnings."""

from functools import cache
from pathlib import Path
from typing import Final

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from safeconduct.wires.intake.web.texts import WRITTEN, texts
from safeconduct.wires.messaging.engine import push

_SOURCE: Final = Path(__file__).parent / "worker" / "sw.js"
_SAID: Final = ("safe", "needs_help", "received", "received_help", "not_sent", "over", "expired")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker's script with the house's addresses and words before it; the same for everybody.

    Asked for anew at every visit: an old one could show wrong words for as long as it lives.
    """
    # It sends answers to the door, which may have a name of its own, and loads nothing else.
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
    }
    body = b"const HOUSE = " + orjson.dumps(house) + b";\n" + _source()
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@cache
def _source() -> bytes:
    return _SOURCE.read_bytes()
