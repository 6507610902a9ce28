"""Without a mouse, with the system's colours, and without movement: the pages of the main flows."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from safeconduct.ground.accounts.models import Officer
from tests import builders
from tests.browser.conftest import Open

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("every page"),
]
PHONE = {"viewport": {"width": 390, "height": 844}}
DESKTOP = {"viewport": {"width": 1360, "height": 900}}
CITIZENS = (
    "/",
    "/me/register/",
    "/me/code/",
    "/help/",
    "/here/",
    "/outbox/",
    "/warn/",
    "/wipe/",
    "/verify/",
    "/families/",
    "/advice/en/",
)
# Behind the link to a record, beginning at the record itself.
OWN = ("", "messages/", "kin/", "more/", "left/", "delete/", "data/", "looked/", "consent/")
MOST_STOPS = 250
# Where the keyboard is: whether it can be seen there, and whether it came on in reading order.
_HERE = """() => {
  const here = document.activeElement;
  if (here === document.body || here === document.documentElement) return null;
  const box = here.getBoundingClientRect();
  const style = getComputedStyle(here);
  const before = window.stopBefore;
  window.stopBefore = here;
  const middle = document.elementFromPoint(
    Math.min(Math.max(box.x + box.width / 2, 1), innerWidth - 1),
    Math.min(Math.max(box.y + box.height / 2, 1), innerHeight - 1));
  return {
    what: here.outerHTML.slice(0, 120),
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    covered: !!middle && !here.contains(middle) && !middle.contains(here)
      && !(here.labels && [...here.labels].some(one => one.contains(middle))),
    ringed: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
      || style.boxShadow !== "none",
    onward: !before || !(before.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_PRECEDING),
  };
}"""
_EDGELESS = """[...document.querySelectorAll("button, .button, input, select, textarea, summary,"
  + ".deed, .panel, .notice, .message, .tag")].filter(one => {
  if (!one.checkVisibility() || one.matches("[type=hidden], .button-link, .menu > summary")) {
    return false;
  }
  const style = getComputedStyle(one);
  const edges = ["Top", "Right", "Bottom", "Left"].some(side =>
    style[`border${side}Style`] !== "none" && parseFloat(style[`border${side}Width`]) > 0);
  return !edges && !one.matches("summary, [type=file], [type=checkbox], [type=radio]");
}).map(one => one.outerHTML.slice(0, 120))"""
_MOVING = """[...document.querySelectorAll("body, body *")].filter(one => {
  const style = getComputedStyle(one);
  return [style.transitionDuration, style.animationDuration].some(
    told => told.split(",").some(part => parseFloat(part) > 0.01));
}).map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def world() -> Officer:
    builders.post(id=2, seat="TR")
    builders.city()
    builders.alert()
    return builders.officer("duty_officer")


@pytest.fixture
def citizens() -> list[str]:
    """Every page of a national's own, and those of everybody."""
    record = f"/me/{builders.record_link()['token']}/"
    request = f"/me/request/{builders.request_link()['token']}/"
    still = f"/me/still/{builders.still_link()['token']}/"
    own = [f"{record}{part}" for part in OWN]
    return [*CITIZENS, *own, still, request, f"{request}reach/", f"{request}withdraw/"]


def _stops(page: Page) -> Iterator[dict[str, object]]:
    first = None
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_HERE)
        # Behind the last stop the browser has its own, or begins anew.
        if stop is None or stop["what"] == first:
            return
        first = first or stop["what"]
        yield stop
    raise AssertionError("the keyboard does not come out of the page")


def _walked(page: Page, path: str) -> list[str]:
    page.goto(path)
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    expect(page.locator(".skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.goto(path)
    found, stops = [], 0
    for stop in _stops(page):
        stops += 1
        wrong = [name for name in ("seen", "ringed", "onward") if not stop[name]]
        wrong += ["covered"] if stop["covered"] else []
        found += [f"{path}: {', '.join(wrong)}: {stop['what']}"] if wrong else []
    assert stops > 3, path
    return found


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_keyboard_walks_through_the_pages_of_nationals(
    open_page: Open, world: Officer, citizens: list[str], language: str
) -> None:
    page = open_page("about:blank", language=language, **PHONE)
    found = [line for path in citizens for line in _walked(page, path)]
    assert not found, "\n".join(found)


def test_the_keyboard_walks_through_an_alert(open_page: Open, world: Officer) -> None:
    page = open_page("about:blank", officer=world, **DESKTOP)
    paths = ("/console/", "/console/alerts/", "/console/alerts/new/", "/console/people/")
    found = [line for path in paths for line in _walked(page, path)]
    assert not found, "\n".join(found)


def test_with_the_colours_of_the_system_everything_keeps_its_edges(
    open_page: Open, world: Officer, citizens: list[str]
) -> None:
    page = open_page("about:blank", officer=world, forced_colors="active", **PHONE)
    found = []
    for path in (*citizens, "/console/", "/console/alerts/new/"):
        page.goto(path)
        found += [f"{path}: {one}" for one in page.evaluate(_EDGELESS)]
        found += [f"{path}: no ring: {s['what']}" for s in _stops(page) if not s["ringed"]]
    assert not found, "\n".join(found)


def test_nothing_moves_for_those_whom_movement_makes_sick(
    open_page: Open, world: Officer, citizens: list[str]
) -> None:
    page = open_page("about:blank", officer=world, reduced_motion="reduce", **PHONE)
    found = []
    for path in (*citizens, "/console/", "/console/alerts/new/"):
        page.goto(path)
        found += [f"{path}: {one}" for one in page.evaluate(_MOVING)]
    assert not found, "\n".join(found)
