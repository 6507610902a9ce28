"""A real Chromium against a real server, with nothing to reach but this machine."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Worker,
    expect,
    sync_playwright,
)

from safeconduct.ground.accounts.models import Officer
from tests import builders
from tests.database import empty_what_was_filled
from tests.doors import DoorProcess, open_door
from tests.pages import Pages

# What comes, comes at once; a busy machine takes longer, and that proves nothing.
PATIENCE_SECONDS = 90
expect.set_options(timeout=PATIENCE_SECONDS * 1000)
# Playwright's loop runs in this thread; Django would take our queries for a mistake.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

_AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
# What Playwright itself switches off (chromiumSwitches.ts of 1.65).
_WITHOUT_BY_PLAYWRIGHT = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
# Suggestions under the address bar, which nobody sees here: two pages more for each window.
_WITHOUT_TOO = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
_FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # WebGL without a graphics card.
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # Pages themselves need none, and are put together sooner without: maps alone are drawn by it.
    "--disable-gpu-compositing",
    # Said once more: of two such lists Chromium obeys the last.
    "--disable-features=" + ",".join([*_WITHOUT_BY_PLAYWRIGHT, *_WITHOUT_TOO]),
)
# By name, or axe leaves out what WCAG 2.2 added: the size of what one taps.
_STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": _STANDARDS},
    "resultTypes": ["violations"],
}
# Not as a style element: the page's policy would refuse that.
_SPACED_OUT = """{
  const wide = new CSSStyleSheet();
  wide.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, wide];
}
"""
_STICKS_OUT = """(() => {
  const all = [...document.querySelectorAll("body *")];
  const words = all.filter(one => one.checkVisibility() && !one.closest(".visually-hidden, svg"));
  const clipped = words.filter(one => getComputedStyle(one).overflowY === "hidden"
    && one.scrollHeight > one.clientHeight + 1);
  const wide = document.documentElement.scrollWidth > innerWidth ? words.filter(one => {
    const box = one.getBoundingClientRect();
    return box.right > innerWidth + 1 || box.left < -1;
  }) : [];
  return [...wide.slice(-3).map(one => "sticks out: " + one.outerHTML.slice(0, 160)),
    ...clipped.map(one => "is cut: " + one.outerHTML.slice(0, 160))];
})()"""
type Open = Callable[..., Page]


def _patient(context: BrowserContext) -> None:
    """Thirty seconds, a click's usual time, are few where much else is done."""
    context.set_default_timeout(PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A browser for this folder: while Playwright holds its event loop, nobody else can run one."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("There is no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        browser.on("context", _patient)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def one_door(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Iterator[DoorProcess]:
    """A door for a whole file: it keeps nothing of a telephone's that the next could meet."""
    folder = tmp_path_factory.mktemp("door")
    with django_db_blocker.unblock():
        try:
            # Known from the beginning, not from when the door looks for posts again.
            builders.post(id=2, seat="TR")
            with open_door(folder, SAFECONDUCT_GATEWAY_NUMBER="+999120005555") as opened:
                yield opened
        finally:
            empty_what_was_filled()


@pytest.fixture
def open_page(chromium: Browser, live_server: object) -> Iterator[Open]:
    """Opens a path of the live server; a script's error or a blocked resource fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(
        path: str, *, officer: Officer | None = None, language: str = "en", **how: object
    ) -> Page:
        context = chromium.new_context(base_url=str(live_server), locale=language, **how)
        contexts.append(context)
        cookies = {"django_language": language}
        if officer is not None:
            cookies["sessionid"] = Pages().sign_in(officer).cookies["sessionid"].value
        context.add_cookies(
            [{"name": n, "value": v, "url": str(live_server)} for n, v in cookies.items()]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not complaints


def come_true(page: Page, expression: str) -> None:
    """Wait until the expression, or what it promises, is true on the page.

    Playwright's own ``wait_for_function`` evaluates text in the page's frames: whatever is not
    true at the first look is refused by the page's policy at the second.
    """
    asked = f"(async () => Boolean(await ({expression})))()"
    until(page, lambda: page.evaluate(asked), expression)


def until(page: Page, come: Callable[[], object], what: str) -> None:
    """Ask again and again until it has come; the browser's own news arrive meanwhile."""
    end = monotonic() + PATIENCE_SECONDS
    while monotonic() < end:
        try:
            if come():
                return
        except Error as error:
            if not any(said in error.message for said in _NOT_THERE_NOW):
                raise
        page.wait_for_timeout(50)
    raise AssertionError(f"It never came: {what}")


# A page on its way to another; a worker that was put to sleep; one that has not read its script.
_NOT_THERE_NOW = ("context was destroyed", "has been closed", "is not defined")


def worker_of(page: Page) -> Worker:
    """The service worker of a page's phone. The browser tells of it after the page knows it."""
    until(page, lambda: page.context.service_workers, "a service worker")
    return page.context.service_workers[-1]


def kept(page: Page, country: str = "") -> None:
    """Until the worker has laid the pages by, and this country's."""

    def lies_by() -> bool:
        held = worker_of(page).evaluate("get('shell')")
        return bool(held) and (not country or country in held["countries"])

    until(page, lies_by, f"what the worker keeps {country}")


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page, by rule and element (WCAG 2.2 A and AA, best practices)."""
    # Through the debugger, not as a script element: the page's policy would refuse that.
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(_AXE.read_text(encoding="utf-8") + "; undefined")
    found = page.evaluate(
        "options => axe.run(options).then(result => result.violations)", _AXE_OPTIONS
    )
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def with_axe(page: Page) -> Page:
    """A page that brings axe-core along wherever it goes: cheaper than handing it in each time."""
    page.add_init_script(path=_AXE)
    return page


def is_cut(page: Page) -> list[str]:
    """What sticks out of the screen or of its box, as it is and with text spaced out.

    A line must not be scrolled to be read (WCAG 2.2, 1.4.10), and nothing may be lost when
    readers set letters, words and lines further apart (1.4.12).
    """
    found = page.evaluate(_STICKS_OUT)
    return found or [f"spaced out, {one}" for one in page.evaluate(_SPACED_OUT + _STICKS_OUT)]


# What telephones of before 2022 do not know, of what our scripts ask for.
OLD_PHONE = """
delete AbortSignal.timeout;
delete SubmitEvent.prototype.submitter;
const Known = FormData;
window.FormData = class extends Known { constructor(form) { form ? super(form) : super(); } };
"""
