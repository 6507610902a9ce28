"""Atom and RSS feeds: entries that hold an alert, that summarise one, or that only link to it."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import chain, islice
from urllib.parse import urljoin, urlsplit

from django.utils.translation import gettext_noop as _
from lxml import etree

from safeconduct.wires.hazards.engine import (
    cap,
    cap_area,
    cap_form,
    gdacs,
    georss,
    kinds,
    times,
    xml,
)
from safeconduct.wires.hazards.engine.areas import area_of
from safeconduct.wires.hazards.engine.guard import guarded
from safeconduct.wires.hazards.engine.reading import (
    NO_AREA,
    Area,
    Note,
    Reading,
    Repairs,
    UnreadableError,
    shortened,
)
from safeconduct.wires.hazards.terms import INDEX, MOST_MESSAGES, Source

ROOTS = ("feed", "rss", "RDF")
_GDACS = "gdacs.org"
_CAP = (cap_form.CURRENT, *cap_form.OLDER)
# Where an entry may hold an alert written out as text.
_WRITTEN = ("content", "encoded", "description", "summary")
_ALERT = re.compile(r"<(?:[\w.-]+:)?alert[\s>]")
# What is surely meant as an address beside the feed's own, and no word or sentence.
_RELATIVE = re.compile(r"\.{0,2}/\S+|\?\S+|\S+\.(xml|cap)", re.ASCII | re.IGNORECASE)
WRITTEN = _("The alert stood in the feed as text, not as XML; it was read out of it.")
_DECLARATION = re.compile(r"<\?xml[^>]*\?>")


def read_feed(
    root: xml.Element, repairs: Repairs, resolver: cap_area.Resolver = cap.unresolved
) -> list[Reading]:
    """One reading an entry, or one each for the alerts it holds, in the order of the feed."""
    entries = list(_entries(root))[:MOST_MESSAGES]
    found = chain.from_iterable(_read(one, resolver, repairs) for one in entries)
    readings = list(islice(found, MOST_MESSAGES))
    # Some feeds put the alert beside their entries instead of into one.
    stray = islice(_beside_entries(root), MOST_MESSAGES - len(readings))
    return [*readings, *(_read_alert(alert, repairs.copy(), resolver) for alert in stray)]


def _beside_entries(root: xml.Element) -> Iterator[xml.Element]:
    """The alerts in no entry, each element looked at once: they may lie deep."""
    walk = etree.iterwalk(root, events=("start",))
    for _event, element in walk:
        name = xml.local(element)
        if name in ("entry", "item"):
            walk.skip_subtree()
        elif name == "alert":
            yield element


def _entries(root: xml.Element) -> Iterator[xml.Element]:
    name = "entry" if xml.local(root) == "feed" else "item"
    return xml.descendants(root, name)


def _read(entry: xml.Element, resolver: cap_area.Resolver, before: Repairs) -> list[Reading]:
    about = xml.text_of(entry).encode()
    if alerts := list(islice(xml.descendants(entry, "alert"), MOST_MESSAGES)):
        return [_read_alert(alert, before.copy(), resolver) for alert in alerts]
    if written := _written(entry):
        repairs = before.copy()
        repairs.add(WRITTEN)
        return [_read_alert(alert, repairs.copy(), resolver) for alert in written]
    if any(_GDACS in xml.namespace(child) for child in entry):
        return [guarded(partial(gdacs.read_item, entry), about)]
    return [guarded(partial(_read_summary, entry, before.copy(), resolver), about)]


def _read_alert(alert: xml.Element, repairs: Repairs, resolver: cap_area.Resolver) -> Reading:
    about = etree.tostring(alert, with_tail=False)
    return guarded(partial(cap.read_alert, alert, repairs, resolver), about)


def _written(entry: xml.Element) -> list[xml.Element]:
    """Alerts in the text of an entry, its tags escaped or in a section of raw text."""
    for holder in (child for name in _WRITTEN for child in xml.children(entry, name)):
        if found := _alerts_in(xml.text_of(holder)):
            return found
    return []


def written_in(root: xml.Element) -> list[xml.Element]:
    """Alerts that an envelope carries as the text of one of its elements, as many as we read."""
    texts = (one.text for one in root.iter() if isinstance(one.text, str))
    return list(islice((alert for text in texts for alert in _alerts_in(text)), MOST_MESSAGES))


def _alerts_in(text: str) -> list[xml.Element]:
    start, end = _ALERT.search(text), text.rfind("alert>")
    if start is None or end < start.start():
        return []
    inner = _DECLARATION.sub("", text[start.start() : end + len("alert>")])
    try:
        root = xml.parse(f"<written>{inner}</written>".encode(), Repairs())
    except UnreadableError:
        return []
    return list(islice(xml.descendants(root, "alert"), MOST_MESSAGES))


def _read_summary(entry: xml.Element, repairs: Repairs, resolver: cap_area.Resolver) -> Reading:
    """What an index tells of a message that stands elsewhere."""
    link = link_of(entry)
    event = _cap_text(entry, "event")
    title = xml.child_text(entry, "title")
    if not (title or event):
        raise UnreadableError(_("The entry of the feed neither holds a warning nor names one."))
    if not link and not event:
        raise UnreadableError(_("The entry of the feed neither holds a warning nor links to one."))
    repairs.add(_("Only the entry in the index was read; the full message was not fetched."))
    if not link:
        repairs.add(_("The entry does not say where the full message stands."))
    found = cap_area.Found()
    cap_area.collect(entry, found, resolver, repairs)
    area, problems = _area(entry, found, repairs)
    category = _listed(entry, "category", "Other")
    identifier = _cap_text(entry, "identifier") or xml.child_text(entry, "id", "guid") or link
    return Reading(
        source=Source.CAP,
        outcome=repairs.outcome(),
        reason=problems[0] if problems else None,
        repairs=repairs.notes(),
        problems=problems,
        identifier=identifier[:300],
        sender=(_cap_text(entry, "sender") or _sender(entry))[:200],
        sent=_moment(entry, "sent", "updated", "published", "pubDate", "effective"),
        status=_listed(entry, "status", "Actual"),
        msg_type=_listed(entry, "msgType", "Alert"),
        category=category,
        hazard=kinds.hazard_of(event, title, category=category),
        event=shortened(event or title, 200),
        severity=_listed(entry, "severity", "Unknown"),
        urgency=_listed(entry, "urgency", "Unknown"),
        certainty=_listed(entry, "certainty", "Unknown"),
        onset=_moment(entry, "onset", "effective"),
        expires=_moment(entry, "expires"),
        texts={_language(entry): _words(entry, title)},
        languages=(_language(entry),),
        facts={"basis": INDEX} | ({"link": link[:500]} if link else {}) | found.facts(),
        area=area,
    )


def _words(entry: xml.Element, title: str) -> dict[str, str]:
    words = {
        "headline": title,
        "description": xml.child_text(entry, "summary", "description"),
        "area": _cap_text(entry, "areaDesc"),
    }
    return {name: text[:20_000] for name, text in words.items() if text}


def link_of(entry: xml.Element) -> str:
    """Where the full message stands: the link declared as CAP, else the first."""
    links: list[tuple[bool, int, str]] = []
    for link in xml.children(entry, "link"):
        address = _absolute(link, (link.get("href") or xml.text_of(link)).strip())
        if not address:
            continue
        is_cap = "cap+xml" in (link.get("type") or "")
        links.append((not is_cap, len(links), address))
    return min(links)[2] if links else ""


def _absolute(link: xml.Element, address: str) -> str:
    """An address as the feed means it: beside its own, where it says which that is.

    Empty for what no server answers to; relative where the feed does not name its address.
    """
    try:
        if urlsplit(address).scheme not in ("", "http", "https"):
            return ""
        if not urlsplit(address).scheme and not _RELATIVE.fullmatch(address):
            return ""
        return urljoin(link.base or _own_address(link), address)
    except ValueError:
        return ""


def _own_address(link: xml.Element) -> str:
    root = link.getroottree().getroot()
    for holder in (root, *xml.children(root, "channel")):
        for one in xml.children(holder, "link"):
            if one.get("rel") == "self":
                return one.get("href") or ""
    return ""


def _cap_text(entry: xml.Element, name: str) -> str:
    for child in xml.children(entry, name):
        if xml.namespace(child) in _CAP:
            return xml.text_of(child).strip()
    return ""


def _listed(entry: xml.Element, name: str, default: str) -> str:
    """A value of a CAP list in the entry; an index is no alert, so its form is not judged."""
    raw = _cap_text(entry, name).lower()
    return next((one for one in cap_form.LISTS[name] if one.lower() == raw), default)


def _moment(entry: xml.Element, *names: str) -> datetime | None:
    for name in names:
        if found := times.any_moment(xml.child_text(entry, name)):
            return found
    return None


def _sender(entry: xml.Element) -> str:
    """Who speaks: named in the entry, else for the whole feed."""
    root = entry.getroottree().getroot()
    for holder in (entry, root, *xml.children(root, "channel")):
        for author in xml.children(holder, "author")[:1]:
            return xml.child_text(author, "email", "name", "uri") or xml.text_of(author).strip()
    return xml.child_text(entry, "creator")


def _language(entry: xml.Element) -> str:
    root = entry.getroottree().getroot()
    named = _cap_text(entry, "language") or root.get("{http://www.w3.org/XML/1998/namespace}lang")
    for channel in [] if named else xml.children(root, "channel"):
        named = xml.child_text(channel, "language")
    return (named or "und").replace("_", "-")[:35]


def _area(
    entry: xml.Element, found: cap_area.Found, repairs: Repairs
) -> tuple[Area, tuple[Note, ...]]:
    if found.shapes:
        area = area_of(found.shapes, estimated=found.is_too_wide, repairs=repairs)
        return area, (*found.problems, *found.lacking())
    if drawn := georss.shapes(entry):
        is_exact = all(exact for _shape, exact in drawn)
        shapes = [shape for shape, _exact in drawn]
        return area_of(shapes, estimated=not is_exact, repairs=repairs), ()
    if found.codes or _cap_text(entry, "areaDesc"):
        return Area(), tuple(found.lacking())
    return Area(), (NO_AREA,)
