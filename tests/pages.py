"""A client for pages that checks, on every page any test opens, what holds for all of them."""

import re
from hashlib import sha256
from typing import Any, Final
from xml.etree.ElementTree import Element

import html5lib
from django.http import HttpResponse
from django.test import Client

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import languages

_UNLABELLED: Final = {"hidden", "submit", "button", "image", "reset"}
_BACKEND: Final = "safeconduct.ground.accounts.backends.OfficerBackend"
# What differs between two pages that are otherwise one.
_TOKEN: Final = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+')
# Pages found well in this run: a refusal is the same page a thousand times.
_well: Final[set[bytes]] = set()


class Pages(Client):
    """Django's test client; a page that breaks a rule of the house fails the test opening it."""

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        if response.get("Content-Type", "").startswith("text/html") and not response.streaming:
            check(response, is_fragment="HTTP_HX_REQUEST" in request)
        return response

    def sign_in(self, officer: Officer) -> "Pages":
        self.force_login(officer, backend=_BACKEND)
        return self


def check(response: HttpResponse, *, is_fragment: bool = False) -> None:
    """Every rule that holds for every page, by name in the assertion."""
    if response.status_code >= 500 or not response.content:
        return
    text = response.content.decode()
    # A refusal is a whole page, even where htmx asked for a piece of one.
    is_fragment = is_fragment and not text.lstrip().lower().startswith("<!doctype")
    policy = response.get("Content-Security-Policy", "")
    seen = sha256(f"{is_fragment} {policy} {_TOKEN.sub(r'\1', text)}".encode()).digest()
    if seen in _well:
        return
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root = parser.parseFragment(text) if is_fragment else parser.parse(text)
    _check_parts(root)
    if not is_fragment:
        _check_whole(root, response)
    _well.add(seen)


def _check_whole(root: Element, response: HttpResponse) -> None:
    language, direction = root.get("lang", ""), root.get("dir", "")
    assert language, "the page says no language"
    assert direction == languages.direction(language), f"dir={direction!r} for {language}"
    assert len(root.findall(".//h1")) == 1, "a page has one h1"
    assert (root.findtext(".//title") or "").strip(" –"), "the page has no title"
    policy = response.get("Content-Security-Policy", "")
    assert policy, "the page has no content security policy"
    assert "unsafe" not in policy, policy


def _check_parts(root: Element) -> None:
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), f"ids twice: {sorted(i for i in ids if ids.count(i) > 1)}"
    for element in root.iter():
        if isinstance(element.tag, str):
            _check_inert(element)
            _check_references(element, set(ids))
    _check_labels(root)
    for form in root.iter("form"):
        # What leaves for another host, the door for answers, must not carry our token there.
        stays = not form.get("action", "").startswith("http")
        if form.get("method", "get").lower() == "post" and stays:
            tokens = [i for i in form.iter("input") if i.get("name") == "csrfmiddlewaretoken"]
            assert tokens, f"a form without CSRF token: {form.get('action')}"


def _check_inert(element: Element) -> None:
    assert element.tag != "style", "a style element"
    assert element.tag != "script" or element.get("src"), "an inline script"
    assert element.tag != "img" or element.get("alt") is not None, "an image without alt"
    for name, value in element.attrib.items():
        assert name != "style", f"a style attribute on {element.tag}"
        assert not name.startswith(("on", "hx-on")), f"{name} on {element.tag}"
        assert not value.strip().lower().startswith("javascript:"), f"{name}={value}"


def _check_references(element: Element, ids: set[str]) -> None:
    named = [element.get(name, "") for name in ("aria-describedby", "aria-labelledby", "for")]
    for reference in " ".join(named).split():
        assert reference in ids, f"{element.tag} refers to #{reference}, which is not there"


def _check_labels(root: Element) -> None:
    labelled = {label.get("for") for label in root.iter("label")}
    wrapped = {id(inner) for label in root.iter("label") for inner in label.iter()}
    for control in root.iter():
        if control.tag not in {"input", "select", "textarea"}:
            continue
        if control.get("type", "text") in _UNLABELLED:
            continue
        named = control.get("aria-label") or control.get("aria-labelledby")
        has_label = control.get("id") in labelled or id(control) in wrapped
        assert named or has_label, f"no label: {control.tag} {control.get('name')}"
