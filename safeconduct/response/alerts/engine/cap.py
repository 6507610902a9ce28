"""CAP 1.2 as bytes (OASIS Standard, 1 July 2010). Pure: the same message gives the same bytes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, Self

from lxml import etree

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
_NAMES: Final = {None: NAMESPACE}
MEDIA_TYPE: Final = "application/cap+xml"
# 3.2.1: neither spaces nor commas nor < or & in identifier and sender.
_FORBIDDEN: Final = re.compile(r"[\s,<&]")
# XML 1.0, 2.2: characters no document may hold; pasted text brings them along.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Area:
    """Polygons as closed rings of (latitude, longitude), circles with kilometres, country codes."""

    polygons: list[list[list[float]]] = field(default_factory=list)
    circles: list[list[float]] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)

    @classmethod
    def from_dict(cls, stored: dict[str, list[object]]) -> Self:
        return cls(**stored)  # type: ignore[arg-type]  # our own JSON, written by as_dict


@dataclass(frozen=True, slots=True)
class Info:
    """One language's block. ``place`` describes the area in words."""

    language: str
    event: str
    headline: str
    description: str
    instruction: str
    place: str
    web: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What all languages share."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    msg_type: str
    scope: str
    category: str
    response_type: str
    urgency: str
    severity: str
    certainty: str
    expires: datetime
    sender_name: str
    area: Area
    infos: tuple[Info, ...]
    note: str = ""
    references: tuple[str, ...] = ()
    incident: str = ""


class CapRefusedError(ValueError):
    """An identifier or sender that CAP does not allow."""


def moment(at: datetime) -> str:
    """3.3.2: seconds, a numeric offset, and UTC written -00:00, never Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")


def reference(sender: str, identifier: str, sent: datetime) -> str:
    """3.2.1, references: how a later message names an earlier one."""
    return f"{sender},{identifier},{moment(sent)}"


def digest(document: bytes) -> str:
    return sha256(document).hexdigest()


def document(message: Message) -> bytes:
    """The message as UTF-8 XML.

    :raises CapRefusedError: for a sender or identifier with a forbidden character.
    """
    if _FORBIDDEN.search(message.identifier) or _FORBIDDEN.search(message.sender):
        raise CapRefusedError("CAP allows no space, comma, < or & in identifier and sender.")
    alert = etree.Element(f"{{{NAMESPACE}}}alert", nsmap=_NAMES)  # type: ignore[arg-type]  # stubs forget the default namespace
    _add_head(alert, message)
    for info in message.infos:
        _add_info(alert, message, info)
    return etree.tostring(alert, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add_head(alert: etree._Element, message: Message) -> None:
    _add(alert, "identifier", message.identifier)
    _add(alert, "sender", message.sender)
    _add(alert, "sent", moment(message.sent))
    _add(alert, "status", message.status)
    _add(alert, "msgType", message.msg_type)
    _add(alert, "scope", message.scope)
    if message.scope == "Restricted":
        _add(alert, "restriction", "For registered nationals in the area and those who help them")
    if message.scope == "Private":
        _add(alert, "addresses", "registered-nationals")
    _add(alert, "note", message.note)
    _add(alert, "references", " ".join(message.references))
    _add(alert, "incidents", message.incident)


def _add_info(alert: etree._Element, message: Message, info: Info) -> None:
    block = etree.SubElement(alert, f"{{{NAMESPACE}}}info")
    _add(block, "language", info.language)
    _add(block, "category", message.category)
    _add(block, "event", info.event)
    _add(block, "responseType", message.response_type)
    _add(block, "urgency", message.urgency)
    _add(block, "severity", message.severity)
    _add(block, "certainty", message.certainty)
    _add(block, "effective", moment(message.sent))
    _add(block, "expires", moment(message.expires))
    _add(block, "senderName", message.sender_name)
    _add(block, "headline", info.headline)
    _add(block, "description", info.description)
    _add(block, "instruction", info.instruction)
    _add(block, "web", info.web)
    _add_area(block, message.area, info.place)


def _add_area(block: etree._Element, area: Area, place: str) -> None:
    element = etree.SubElement(block, f"{{{NAMESPACE}}}area")
    _add(element, "areaDesc", place or "-")
    for ring in area.polygons:
        _add(element, "polygon", _pairs(ring))
    for lat, lon, km in area.circles:
        _add(element, "circle", f"{lat:.4f},{lon:.4f} {km:g}")
    for code in area.countries:
        geocode = etree.SubElement(element, f"{{{NAMESPACE}}}geocode")
        _add(geocode, "valueName", "ISO 3166-1")
        _add(geocode, "value", code)


def _pairs(ring: Iterable[Iterable[float]]) -> str:
    points = [tuple(round(number, 4) + 0.0 for number in point) for point in ring]
    if points[0] != points[-1]:
        points.append(points[0])
    return " ".join(f"{lat:.4f},{lon:.4f}" for lat, lon in points)


def _add(parent: etree._Element, name: str, text: str) -> None:
    """Append an element; an optional one without text is left out."""
    if text:
        etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = _NOT_XML.sub("", text)
