"""The app as a phone's browser judges it before it offers to put it on the home screen."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests import builders
from tests.browser.conftest import _FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def kept_page(chromium: Browser, live_server: object, tmp_path: Path) -> Page:
    """A page of a browser that keeps what it is given: a private window offers no installing."""
    path = shutil.which("chromium")
    assert path
    context = chromium.browser_type.launch_persistent_context(
        tmp_path / "profile", executable_path=path, args=list(_FLAGS), base_url=str(live_server)
    )
    yield context.pages[0]
    context.close()


@pytest.mark.parametrize("language", ["az", "ar"])
def test_chromium_finds_nothing_that_keeps_it_from_being_installed(
    kept_page: Page, live_server: object, language: str
) -> None:
    builders.country("TR")
    chosen = {"name": "django_language", "value": language, "url": str(live_server)}
    kept_page.context.add_cookies([chosen])
    # Something is kept from the moment somebody chose a country.
    kept_page.goto("/?place=TR")
    kept_page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    tools = kept_page.context.new_cdp_session(kept_page)
    assert tools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    manifest = tools.send("Page.getAppManifest", {})
    assert manifest["errors"] == []
    assert manifest["manifest"]["display"] == "kStandalone"
