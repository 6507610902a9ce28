"""The first screen: found on the phone alone, kept for a lost line, wiped with one tap."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from safeconduct.ground.places.engine import towns
from safeconduct.ground.places.models import Gazetteer
from tests import builders
from tests.browser.conftest import come_true, is_cut, kept, until, violations, worker_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
_LEFT = """async () => ({
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  caches: (await caches.keys()).length,
  drawers: (await indexedDB.databases()).length,
  words: localStorage.length + sessionStorage.length,
})"""
_NOTHING = {"workers": 0, "caches": 0, "drawers": 0, "words": 0}


@pytest.fixture
def phone(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    contexts = []

    def opened(path: str, *, language: str = "az", **how: Any) -> Page:
        context = chromium.new_context(base_url=str(live_server), locale=language, **PHONE | how)
        contexts.append(context)
        address = {"name": "django_language", "value": language, "url": str(live_server)}
        context.add_cookies([address])
        page = context.new_page()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def abroad() -> None:
    """Türkiye and Georgia with towns and posts, and an alert in the first."""
    builders.post(id=1, seat="AZ")
    builders.post(id=2, seat="TR")
    builders.post(id=3, seat="GE")
    builders.city(1, "TR", "Trabzon", at=(41.0, 39.72), population=300_000)
    builders.city(2, "GE", "Batumi", at=(41.64, 41.63), population=150_000)
    towns._table_of.cache_clear()
    Gazetteer.objects.all().delete()
    builders.released_alert(expand=False)


@pytest.mark.usefixtures("abroad")
@pytest.mark.parametrize("language", ["az", "ru", "fa"])
def test_the_first_screen_fits_and_everybody_can_use_it(
    phone: Callable[..., Page], language: str
) -> None:
    for path in ("/", "/?place=TR", "/help/", "/here/", "/outbox/", "/wipe/"):
        page = phone(path, language=language)
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            assert violations(page) == [], path
            assert is_cut(page) == [], path


@pytest.mark.usefixtures("abroad")
def test_a_place_is_chosen_without_script_and_remembered_by_the_phone(
    phone: Callable[..., Page],
) -> None:
    page = phone("/", language="en", java_script_enabled=False)
    page.get_by_label("Country or town").fill("Trabzon")
    page.get_by_role("button", name="Show what holds there").click()
    expect(page.locator("h1")).to_contain_text("Trabzon")
    expect(page.locator(".warning")).to_have_count(1)
    expect(page.locator("a[href='tel:+999120000002']")).to_be_visible()
    page.goto("/")
    expect(page.locator("h1")).to_contain_text("Trabzon")
    page.get_by_role("link", name="Forget the place").click()
    expect(page.locator("h1")).not_to_contain_text("Trabzon")


@pytest.mark.usefixtures("abroad")
def test_the_phone_finds_its_country_and_tells_nobody_where_it_is(
    phone: Callable[..., Page],
) -> None:
    where = {"latitude": 41.51, "longitude": 41.55}
    page = phone("/", language="en", geolocation=where, permissions=["geolocation"])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    page.get_by_role("button", name="Find me on this phone").click()
    expect(page.locator(".found a.button")).to_have_text("Georgia")
    expect(page.locator(".found .dial")).to_have_count(0)
    page.locator(".found a.button").click()
    page.wait_for_url("**/?place=GE")
    assert asked
    assert not [one for one in asked if "41.5" in one or "4155" in one]


@pytest.mark.usefixtures("abroad")
def test_nothing_is_kept_before_a_country_is_chosen(phone: Callable[..., Page]) -> None:
    page = phone("/", language="en")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(_LEFT) == _NOTHING


@pytest.mark.usefixtures("abroad")
def test_chosen_countries_are_readable_without_a_line(phone: Callable[..., Page]) -> None:
    page = phone("/?place=GE", language="en")
    kept(page, "GE")
    page.goto("/?place=TR")
    kept(page, "TR")
    page.context.set_offline(True)
    page.goto("/")
    expect(page.locator("h1")).to_have_text("TR")
    expect(page.locator(".notice-warn")).to_contain_text("No connection")
    expect(page.locator("a[href='tel:+999120000002']")).to_be_visible()
    expect(page.locator(".warning")).to_have_count(1)
    # Styled, too.
    assert (
        page.locator(".deed-help").evaluate("(e) => getComputedStyle(e).color")
        == "rgb(255, 255, 255)"
    )
    page.goto("/?place=GE")
    expect(page.locator("a[href='tel:+999120000003']")).to_be_visible()
    page.goto("/help/")
    expect(page.locator(".tile")).to_have_count(10)
    page.goto("/outbox/")
    expect(page.locator("[data-countries] li")).to_have_count(2)


@pytest.mark.usefixtures("abroad")
def test_a_new_edition_takes_the_place_of_the_old_one_whole(phone: Callable[..., Page]) -> None:
    page = phone("/?place=TR", language="en")
    kept(page, "TR")
    worker = worker_of(page)
    held = worker.evaluate("get('shell')")
    # A line that breaks in the middle leaves the edition before untouched.
    worker.evaluate("SHELL.assets.push('/nothing/there.js')")
    worker.evaluate("get('shell').then(edition)")
    assert worker.evaluate("get('shell')") == held
    assert worker.evaluate("caches.keys()") == [held["name"]]
    worker.evaluate("SHELL.assets.pop()")
    worker.evaluate("get('shell').then((held) => edition({ ...held, version: 'next' }))")
    renewed = worker.evaluate("get('shell')")
    assert renewed["version"] == "next"
    assert worker.evaluate("caches.keys()") == [renewed["name"]]


@pytest.mark.usefixtures("abroad")
def test_what_is_somebodys_own_is_never_kept(phone: Callable[..., Page]) -> None:
    page = phone("/?place=TR", language="en")
    kept(page, "TR")
    person = builders.family()[0]
    for path in (f"/me/{builders.record_link()['token']}/", "/me/register/"):
        assert page.goto(path) is not None
    worker = worker_of(page)
    laid_by = worker.evaluate(
        """async () => {
          const names = await caches.keys();
          const open = await Promise.all(names.map((name) => caches.open(name)));
          const all = await Promise.all(open.map((cache) => cache.keys()));
          return all.flat().map((request) => new URL(request.url).pathname);
        }"""
    )
    assert laid_by
    assert not [path for path in laid_by if path.startswith(("/me/", "/console/", "/account/"))]
    assert person.pk


@pytest.mark.usefixtures("abroad")
@pytest.mark.parametrize("offline", [False, True])
def test_one_tap_wipes_everything(phone: Callable[..., Page], offline: bool) -> None:
    page = phone("/?place=TR&text=large", language="en")
    page.goto("/?place=TR")
    kept(page, "TR")
    page.evaluate("localStorage.setItem('a', '1')")
    page.context.set_offline(offline)
    page.goto("/wipe/")
    assert page.evaluate(_LEFT) != _NOTHING
    page.get_by_role("button", name="Wipe it now").click()
    expect(page.locator("[data-wiped]")).to_be_visible()
    until(page, lambda: page.evaluate(_LEFT) == _NOTHING, "nothing")
    assert [one["name"] for one in page.context.cookies()] == []


@pytest.mark.usefixtures("abroad")
def test_the_server_wipes_where_no_script_runs(phone: Callable[..., Page]) -> None:
    page = phone("/?place=TR", language="en", java_script_enabled=False)
    page.goto("/wipe/")
    assert page.context.cookies()
    page.get_by_role("button", name="Wipe it now").click()
    expect(page.locator(".message-success")).to_be_visible()
    assert page.context.cookies() == []


_LARGEST = "getComputedStyle(document.documentElement).fontSize === '24px'"


@pytest.mark.usefixtures("abroad")
def test_the_size_of_text_holds_on_kept_pages_too(phone: Callable[..., Page]) -> None:
    page = phone("/?place=TR", language="en")
    page.get_by_role("link", name="Largest text").click()
    come_true(page, _LARGEST)
    assert is_cut(page) == []
    kept(page, "TR")
    page.context.set_offline(True)
    page.goto("/")
    come_true(page, _LARGEST)


@pytest.mark.usefixtures("abroad")
def test_the_first_page_is_small_on_the_wire(phone: Callable[..., Page]) -> None:
    page = phone("/verify/", language="az")
    tools = page.context.new_cdp_session(page)
    received: list[float] = []
    tools.on("Network.loadingFinished", lambda one: received.append(one["encodedDataLength"]))
    tools.send("Network.enable")
    page.goto("/", wait_until="networkidle")
    assert received
    assert sum(received) <= 50_000
