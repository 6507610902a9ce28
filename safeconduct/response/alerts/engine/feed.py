"""The Atom feed of published alerts (RFC 4287), each entry leading to its CAP bytes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from lxml import etree

from safeconduct.response.alerts.engine.cap import MEDIA_TYPE as CAP_TYPE

if TYPE_CHECKING:
    from safeconduct.response.alerts.queries import Shown

NAMESPACE: Final = "http://www.w3.org/2005/Atom"
MEDIA_TYPE: Final = "application/atom+xml; charset=utf-8"
_NAMES: Final = {None: NAMESPACE}


def atom(shown: "Sequence[Shown]", *, base: str, title: str, now: datetime) -> bytes:
    """The feed; ``updated`` is that of its latest entry, or ``now`` for an empty one."""
    root = etree.Element(f"{{{NAMESPACE}}}feed", nsmap=_NAMES)  # type: ignore[arg-type]  # stubs forget the default namespace
    feed_url = f"{base}/alerts/feed.atom"
    _add(root, "id", feed_url)
    _add(root, "title", title)
    _add(root, "updated", _moment(max((one.message.sent for one in shown), default=now)))
    _link(root, feed_url, rel="self", kind="application/atom+xml")
    author = etree.SubElement(root, f"{{{NAMESPACE}}}author")
    _add(author, "name", title)
    for one in shown:
        _add_entry(root, one, base)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add_entry(root: etree._Element, one: "Shown", base: str) -> None:
    entry = etree.SubElement(root, f"{{{NAMESPACE}}}entry")
    page = f"{base}/alerts/{one.message.identifier}"
    _add(entry, "id", page)
    title = f"{one.message.msg_type}: {one.headline}" if one.cancelled else one.headline
    _add(entry, "title", title)
    _add(entry, "updated", _moment(one.message.sent))
    _link(entry, page, rel="alternate", kind="text/html")
    _link(entry, f"{page}.xml", rel="enclosure", kind=CAP_TYPE)
    _add(entry, "summary", one.description)


def _link(parent: etree._Element, url: str, *, rel: str, kind: str) -> None:
    etree.SubElement(parent, f"{{{NAMESPACE}}}link", href=url, rel=rel, type=kind)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = text
