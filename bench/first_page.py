"""Until a first page can be used at 50 kbit/s and 600 ms, on a phone that was never there."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from bench import BenchOptions, entry, pages

_ROUNDS: Final = 5
_PATHS: Final = ("/", "/?place=TR", "/me/register/", "/help/")
# A telephone at the edge of a crowded cell.
_LINE: Final = {
    "offline": False,
    "latency": 600,
    "downloadThroughput": 50_000 / 8,
    "uploadThroughput": 50_000 / 8,
}
# Painted, and every script of the page has run: from then on it can be used.
_USABLE: Final = """() => {
  const painted = performance.getEntriesByName("first-contentful-paint")[0];
  const [page] = performance.getEntriesByType("navigation");
  return painted ? Math.max(painted.startTime, page.domContentLoadedEventEnd) : null;
}"""


def run(_options: BenchOptions) -> dict[str, object]:
    """Milliseconds of the slowest page, median of five; the limit is one file as long, and bare.

    The bare file comes from a server of ten lines: one round trip, then its octets.
    """
    path = pages.chromium()
    with pages.served() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(pages.FLAGS))
        told = {one: [_opened(browser, base + one) for _ in range(_ROUNDS)] for one in _PATHS}
        slowest = max(told, key=lambda one: median(ms for ms, _ in told[one]))
        octets = told[slowest][0][1]
        with _bare(octets) as address:
            limit = median(_opened(browser, address)[0] for _ in range(_ROUNDS))
        browser.close()
    each = {f"ms{one}": round(median(ms for ms, _ in told[one])) for one in _PATHS}
    worst = median(ms for ms, _ in told[slowest])
    return entry(worst, "ms", limit=limit, octets=octets, slowest=slowest, **each)


def _opened(browser: Browser, address: str) -> tuple[float, int]:
    """When the page could be used, in ms, and the octets that had come for it by then."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="az")
    page = context.new_page()
    line = context.new_cdp_session(page)
    arrived: list[int] = []
    line.on("Network.loadingFinished", lambda told: arrived.append(told["encodedDataLength"]))
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", _LINE)
    page.goto(address, wait_until="domcontentloaded", timeout=60_000)
    # Asked again and again from here: the page's own policy refuses a script that waits.
    while (milliseconds := page.evaluate(_USABLE)) is None:
        page.wait_for_timeout(50)
    context.close()
    return milliseconds, round(sum(arrived))


@contextmanager
def _bare(octets: int) -> Iterator[str]:
    body = (b"<!doctype html><title>bare</title><p>bare</p><!--" + b"x" * octets)[:octets]

    class Bare(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bare)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
