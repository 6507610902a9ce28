"""Whoever chose a language reads that language: its words, the names of its months, its digits.

Which digits are a language's is CLDR's word (`ground/ui/dates.py`): Persian writes its own, the
others 0 to 9. Telephones, codes, links and hours are typed or dialled and keep theirs: what a page
marks as running from the left, and what people wrote themselves.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final
from xml.etree.ElementTree import Element

import html5lib
import pytest

from config import words
from tests import builders
from tests.meta.addresses import Rule, address, parts_of, rules

pytestmark = pytest.mark.django_db
LANGUAGES: Final = ("az", "en", "ru", "fa", "ar")
# The doors of the console stand open to everybody, but officers alone read what is on them.
_OFFICERS: Final = ("account_", "mfa_")
# Read by people who never sign in.
PAGES: Final = [
    rule
    for rule in rules()
    if rule.who in {"public", "link"} and rule.method == "GET" and rule.page
    if not (rule.data or rule.fragment)
]
# Names of things that are the same in every language.
_SAME_EVERYWHERE: Final = {"SMS", "Safeconduct", "push", "Atom", "JSON"}
_READ_ALOUD: Final = ("alt", "aria-label", "placeholder", "title")
_UNREAD: Final = {"script", "style", "template", "bdi", "code", "option", "textarea", "input"}
_MONTHS: Final = re.compile(
    r"\b(January|February|March|April|June|July|August|September|October|November|December)\b"
)
# Telephones between marks of direction, the names of things, and of the posts that builders make.
_AS_IT_IS: Final = re.compile("\u200e[^\u200e]*\u200e|H3|CAP 1\\.2|Embassy [0-9]+")
_PLACE: Final = re.compile(r"%\\?\(\w+\\?\)[sd]|%[sd]|\\\{\w+\\\}")


@pytest.fixture(params=PAGES, ids=lambda rule: rule.name)
def page(request: pytest.FixtureRequest) -> tuple[Rule, dict[str, object]]:
    """A page and the parts of its address."""
    rule: Rule = request.param
    builder = rule.opened or rule.object
    builders.post(id=2, seat="TR")
    made = getattr(builders, builder)() if builder else {}
    needed = parts_of(rule.name)
    return rule, made if isinstance(made, dict) else dict.fromkeys(needed, made.pk)


def test_every_page_in_every_language(page, pages):
    rule, parts = page
    wrong = []
    for language in words.COMPLETE if rule.name.startswith(_OFFICERS) else LANGUAGES:
        # Some say their language in the address, so that one address is one text.
        spoken = parts | ({"language": language} if "language" in parts else {})
        path = address(rule, spoken or None)
        response = pages.get(path, {"lang": language}, follow=True)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            root = html5lib.parse(response.content, namespaceHTMLElements=False)
            said = list(_said(root.find("body"), root.get("lang", language)))
            wrong += [f"{language}: {one}" for one in _strange(said, language)]
    assert not wrong, "\n".join(wrong)


def _strange(said: list[str], language: str) -> Iterator[str]:
    others = re.compile("[0-9]" if language == "fa" else "[٠-٩۰-۹]")
    for text in said:
        if others.search(_AS_IT_IS.sub("", text)):
            yield f"digits of another language: {text!r}"
        if language != "en" and _MONTHS.search(text):
            yield f"a month in English: {text!r}"
        if language != "en" and _is_english(text):
            yield f"English: {text!r}"


def _said(element: Element, language: str) -> Iterator[str]:
    """Every piece of text below that is ours and is no number to dial or type."""
    if element.tag in _UNREAD or not isinstance(element.tag, str):
        return
    if element.get("lang", language) != language or element.get("dir") in {"ltr", "auto"}:
        return
    if "ltr" in element.get("class", "").split():
        return
    yield from filter(None, (element.get(name) for name in _READ_ALOUD))
    if element.text and element.text.strip():
        yield " ".join(element.text.split())
    for child in element:
        yield from _said(child, language)
        if child.tail and child.tail.strip():
            yield " ".join(child.tail.split())


def _is_english(text: str) -> bool:
    if text in _SAME_EVERYWHERE:
        return False
    return text in _sentences()[0] or any(each.fullmatch(text) for each in _sentences()[1])


@cache
def _sentences() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Whatever our code says in English: whole sentences, and those with places in them."""
    plain, patterns = set(), []
    for message in words.said():
        for one in message.id if isinstance(message.id, tuple) else (message.id,):
            text = " ".join(one.split())
            if not _PLACE.search(re.escape(text)):
                plain.add(text.replace("%%", "%"))
            elif len(_PLACE.sub("", re.escape(text))) > 12:
                patterns.append(re.compile(_PLACE.sub(".{0,60}", re.escape(text))))
    # Words that other languages of ours write the same.
    for language in LANGUAGES:
        if language != "en":
            plain -= {
                one.string for one in words.catalogue(language) if isinstance(one.string, str)
            }
    return frozenset(plain), tuple(patterns)
