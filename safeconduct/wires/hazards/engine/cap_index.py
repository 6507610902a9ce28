"""Atom and RSS feeds: entries that hold an alert, that summarise one, or that only link to it."""

from collections.abc import Iterator
from datetime import datetime

import shapely
from django.utils.translation import gettext_noop as _
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel import geometry
from safeconduct.wires.hazards.engine import cap, cap_area, cap_form, gdacs, kinds, times, xml
from safeconduct.wires.hazards.engine.areas import area_of, on_earth
from safeconduct.wires.hazards.engine.reading import (
    NO_AREA,
    Area,
    Note,
    Reading,
    Repairs,
    UnreadableError,
    refused,
    shortened,
)
from safeconduct.wires.hazards.terms import MOST_MESSAGES, Source

ROOTS = ("feed", "rss", "RDF")
_GDACS = "gdacs.org"
_CAP = (cap_form.CURRENT, *cap_form.OLDER)
# Around the point of an entry that says no more about its area. Kilometres.
_POINT_KM = 50.0


def read_feed(
    root: xml.Element, repairs: Repairs, resolver: cap_area.Resolver = cap.unresolved
) -> list[Reading]:
    """One reading an entry, in the order of the feed."""
    entries = list(_entries(root))
    readings = [_read(entry, resolver, repairs) for entry in entries[:MOST_MESSAGES]]
    # Some feeds put the alert beside their entries instead of into one.
    stray = [alert for alert in xml.descendants(root, "alert") if not _is_in_entry(alert)]
    return readings + [cap.read_alert(alert, _fresh(repairs), resolver) for alert in stray]


def _is_in_entry(alert: xml.Element) -> bool:
    return any(xml.local(above) in ("entry", "item") for above in alert.iterancestors())


def _entries(root: xml.Element) -> Iterator[xml.Element]:
    name = "entry" if xml.local(root) == "feed" else "item"
    return xml.descendants(root, name)


def _read(entry: xml.Element, resolver: cap_area.Resolver, before: Repairs) -> Reading:
    alert = next(xml.descendants(entry, "alert"), None)
    try:
        if alert is not None:
            return cap.read_alert(alert, _fresh(before), resolver)
        if any(_GDACS in xml.namespace(child) for child in entry):
            return gdacs.read_item(entry)
        return _read_summary(entry, _fresh(before), resolver)
    except UnreadableError as error:
        return refused(error.note, about=xml.text_of(entry).encode())


def _fresh(before: Repairs) -> Repairs:
    """Repairs of one message start with those of the file it came in."""
    repairs = Repairs()
    for note in before.notes():
        repairs.add(note.text, **note.values)
    return repairs


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
    area, problems = _area(entry, found)
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
        facts=({"link": link[:500]} if link else {}) | found.facts(),
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
        address = (link.get("href") or xml.text_of(link)).strip()
        if not address.startswith(("http://", "https://")):
            continue
        is_cap = "cap+xml" in (link.get("type") or "")
        links.append((not is_cap, len(links), address))
    return min(links)[2] if links else ""


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


def _area(entry: xml.Element, found: cap_area.Found) -> tuple[Area, tuple[Note, ...]]:
    if found.shapes:
        area = area_of(found.shapes, estimated=found.is_too_wide)
        return area, (*found.problems, *found.lacking())
    drawn = list(filter(None, map(_georss, entry)))
    if drawn:
        return area_of(
            [shape for shape, _exact in drawn], estimated=not all(e for _s, e in drawn)
        ), ()
    if found.codes or _cap_text(entry, "areaDesc"):
        return Area(), tuple(found.lacking())
    return Area(), (NO_AREA,)


def _georss(element: xml.Element) -> tuple[BaseGeometry, bool] | None:
    """A GeoRSS-Simple shape and whether it is an area of its own."""
    name = xml.local(element)
    if name not in ("polygon", "box", "point", "circle") or "georss" not in xml.namespace(element):
        return None
    try:
        numbers = [float(one) for one in xml.text_of(element).replace(",", " ").split()]
    except ValueError:
        return None
    pairs = [(lon, lat) for lat, lon in zip(numbers[::2], numbers[1::2], strict=False)]
    if not pairs or not on_earth(shapely.MultiPoint(pairs)):
        return None
    if name == "polygon" and len(pairs) > 3:  # three corners and the first again
        return geometry.split_antimeridian(shapely.Polygon(pairs)), True
    if name == "box" and len(pairs) == 2:  # two opposite corners
        return shapely.box(*pairs[0], *pairs[1]), True
    return geometry.disc(pairs[0][1], pairs[0][0], _POINT_KM), False
