"""What a page weighs on its way to a telephone, as production sends it: compressed."""

import gzip
from typing import Any

from playwright.sync_api import Page, Request, Response

# Kilobytes as operators sell them.
MOST_TO_READ = 18_000
MOST_AT_FIRST = 50_000
_SENT_SMALL = ("text/", "javascript", "json", "svg", "manifest")
_BLOCKING = """[...document.querySelectorAll("link[rel=stylesheet], script[src]")]
  .filter(one => one.tagName === "LINK" ? one.media !== "print" : !one.defer && !one.async
    && one.type !== "module")
  .map(one => one.src || one.href)"""


def on_the_wire(response: Response) -> int:
    """Octets of an answer with its head. Tests do not lay statics out compressed; we do it here."""
    sizes = response.request.sizes()
    kind = response.headers.get("content-type", "")
    body = sizes["responseBodySize"]
    if "content-encoding" not in response.headers and any(one in kind for one in _SENT_SMALL):
        body = min(body, len(gzip.compress(response.body())))
    return body + sizes["responseHeadersSize"]


class Scales:
    """Weighs pages; a style is fetched once, but counted for every page that needs it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._styles: dict[str, int] = {}

    def to_read(self, response: Response) -> int:
        """The page itself and all that has to arrive before anything of it is shown."""
        needed = self._page.evaluate(_BLOCKING)
        return on_the_wire(response) + sum(self._of(address) for address in needed)

    def _of(self, address: str) -> int:
        if address not in self._styles:
            answer = self._page.request.get(address)
            head = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
            self._styles[address] = len(gzip.compress(answer.body())) + head
        return self._styles[address]


def blocking(page: Page) -> list[str]:
    """What has to arrive before the page is shown: each is a round trip of its own."""
    found: list[str] = page.evaluate(_BLOCKING)
    return found


def everything(page: Page, path: str) -> dict[str, int]:
    """Open ``path`` and return what arrived for it, until the line was quiet, by address."""
    done: list[Request] = []

    def keep(request: Any) -> None:
        done.append(request)

    page.on("requestfinished", keep)
    page.goto(path, wait_until="networkidle")
    answers = [answer for request in done if (answer := request.response())]
    return {answer.url: on_the_wire(answer) for answer in answers}
