"""Advice for machines: Atom (RFC 4287) and JSON, from the same objects as the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from lxml import etree

NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_NAMES: Final = {None: NAMESPACE}
_XML: Final = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of news: ``id`` stays, ``url`` is the page to read it on."""

    id: str
    title: str
    summary: str
    at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Feed:
    """``address`` is the feed's own, ``page`` the page it belongs to."""

    title: str
    author: str
    language: str
    address: str
    page: str
    entries: Sequence[Entry]
    # What an empty feed is dated by.
    since: datetime


def atom(feed: Feed) -> bytes:
    """The feed as a document, ``updated`` by its latest entry."""
    root = etree.Element(f"{{{NAMESPACE}}}feed", nsmap=_NAMES)  # type: ignore[arg-type]  # stubs forget the default namespace
    root.set(_XML, feed.language)
    _add(root, "id", feed.address)
    _add(root, "title", feed.title)
    _add(root, "updated", _moment(max((entry.at for entry in feed.entries), default=feed.since)))
    _link(root, feed.address, rel="self", kind="application/atom+xml")
    _link(root, feed.page, rel="alternate", kind="text/html")
    _add(etree.SubElement(root, f"{{{NAMESPACE}}}author"), "name", feed.author)
    for entry in feed.entries:
        _add_entry(root, entry)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add_entry(root: etree._Element, entry: Entry) -> None:
    node = etree.SubElement(root, f"{{{NAMESPACE}}}entry")
    _add(node, "id", entry.id)
    _add(node, "title", entry.title)
    _add(node, "updated", _moment(entry.at))
    _link(node, entry.url, rel="alternate", kind="text/html")
    _add(node, "summary", entry.summary)


def _link(parent: etree._Element, url: str, *, rel: str, kind: str) -> None:
    etree.SubElement(parent, f"{{{NAMESPACE}}}link", href=url, rel=rel, type=kind)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = text


def level_data(shown: Any) -> dict[str, Any]:  # noqa: ANN401 -- queries.LevelShown, which imports this room
    """A level text as JSON says it."""
    words = shown.words
    return {
        "place": shown.place,
        "level": shown.level.level,
        "level_name": shown.level.name,
        "meaning": shown.level.means,
        "cities": shown.cities,
        "headline": words.headline,
        "why": words.why,
        "do": words.steps,
        "language": shown.language,
        "since": shown.since,
    }
