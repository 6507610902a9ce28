"""News as an Atom document (RFC 4287), whoever publishes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lxml import etree

NAMESPACE: Final = "http://www.w3.org/2005/Atom"
MEDIA_TYPE: Final = "application/atom+xml"
_NAMES: Final = {None: NAMESPACE}
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of news: ``id`` stays, ``url`` is the page to read it on."""

    id: str
    title: str
    summary: str
    at: datetime
    url: str
    # The same for machines, as (address, media type).
    enclosed: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """``address`` is the feed's own and stays; ``page`` the one it belongs to, if any."""

    title: str
    author: str
    address: str
    entries: Sequence[Entry]
    # What an empty feed is dated by.
    since: datetime
    language: str = ""
    page: str = ""


def document(feed: Feed) -> bytes:
    """The feed as bytes, ``updated`` by its latest entry."""
    root = etree.Element(f"{{{NAMESPACE}}}feed", nsmap=_NAMES)  # type: ignore[arg-type]  # stubs forget the default namespace
    if feed.language:
        root.set(_LANGUAGE, feed.language)
    _add(root, "id", feed.address)
    _add(root, "title", feed.title)
    _add(root, "updated", _moment(max((entry.at for entry in feed.entries), default=feed.since)))
    _link(root, feed.address, rel="self", kind=MEDIA_TYPE)
    if feed.page:
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
    if entry.enclosed:
        address, kind = entry.enclosed
        _link(node, address, rel="enclosure", kind=kind)
    _add(node, "summary", entry.summary)


def _link(parent: etree._Element, url: str, *, rel: str, kind: str) -> None:
    etree.SubElement(parent, f"{{{NAMESPACE}}}link", href=url, rel=rel, type=kind)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = text
