"""Reading: the size of text, and all styles in one compressed file."""

import gzip
import re

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from safeconduct.ground.ui.sheets import SHEETS, sheet, squeezed
from safeconduct.ground.ui.textsize import chosen_text_size
from tests.pages import Pages

pytestmark = pytest.mark.django_db


def test_a_link_makes_the_text_larger_and_keeps_the_page(pages: Pages) -> None:
    led = pages.get("/wipe/?text=large&a=1")
    assert led["Location"] == "/wipe/?a=1"
    assert 'class="text-large"' in pages.get("/wipe/").content.decode()
    pages.get("/wipe/?text=normal")
    assert 'class="text-' not in pages.get("/wipe/").content.decode().split(">")[1]


@pytest.mark.parametrize("size", ["huge", '"><b>', ""])
def test_no_such_size_changes_nothing(pages: Pages, size: str) -> None:
    assert pages.get("/wipe/", {"text": size}).status_code == 200
    pages.cookies["text_size"] = size
    assert 'class="text-' not in pages.get("/wipe/").content.decode().split(">")[1]


def test_the_link_of_the_size_never_leads_to_another_host() -> None:
    request = RequestFactory().get("/", {"text": "large"})
    request.path = "//evil.example/"
    assert chosen_text_size(lambda _: HttpResponse())(request)["Location"] == "/evil.example/"


@pytest.mark.parametrize("name", list(SHEETS))
def test_a_sheet_is_kept_for_ever_under_its_version_alone(pages: Pages, name: str) -> None:
    now = pages.get(f"/look/{name}.css", {"v": sheet(name).version})
    assert "immutable" in now["Cache-Control"]
    assert "immutable" not in pages.get(f"/look/{name}.css", {"v": "old"})["Cache-Control"]
    assert now.content.startswith(b"@layer tokens,")
    assert b"/*" not in now.content


def test_squeezing_keeps_what_styles_mean() -> None:
    css = "/* why */ a:hover ,\n b > c { margin: calc(1px + 2px) ; }\n@media (min-width: 1em) {}"
    meant = "a:hover,b > c{margin: calc(1px + 2px);}@media (min-width: 1em){}"
    assert squeezed(css) == meant


def test_every_page_has_one_style_file(pages: Pages) -> None:
    for address in ("/", "/help/", "/me/register/", "/account/login/"):
        page = pages.get(address).content.decode()
        assert len(re.findall(r'rel="stylesheet" href="/look/', page)) == 1


@pytest.mark.parametrize("address", ["/", "/help/", "/here/", "/outbox/", "/me/register/"])
def test_what_is_needed_to_read_a_page_is_small(address: str) -> None:
    # A plain client: ours reads every page, and cannot read a compressed one.
    client = Client()
    html = client.get(address, headers={"accept-encoding": "gzip"})
    assert html["Content-Encoding"] == "gzip"
    style = re.search(r'href="(/look/\w+\.css\?v=\w+)"', gzip.decompress(html.content).decode())
    css = client.get(style[1], headers={"accept-encoding": "gzip"})
    assert css["Content-Encoding"] == "gzip"
    # Bytes over the wire; the headers of both answers are within a kilobyte each.
    assert len(html.content) + len(css.content) + 2000 <= 18_000
