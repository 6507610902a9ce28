"""The form CAP 1.2 prescribes: elements in order, how often, and from which lists.

OASIS Standard CAP-v1.2 (1 July 2010), section 3.2 and the schema in 3.4. Every departure
is a repair to be named, none a reason to lose a warning.
"""

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop as _

from safeconduct.wires.hazards.engine import xml
from safeconduct.wires.hazards.engine.reading import Note, Repairs

CURRENT = "urn:oasis:names:tc:emergency:cap:1.2"
OLDER = {
    "urn:oasis:names:tc:emergency:cap:1.1": "1.1",
    "http://www.incident.com/cap/1.0": "1.0",
    "urn:oasis:names:tc:emergency:cap:1.0": "1.0",
}
SIGNATURES = "http://www.w3.org/2000/09/xmldsig#"

# "?" at most once, "*" any number, "+" at least once, else exactly once.
_ORDER = {
    "alert": "identifier sender sent status msgType source? scope restriction? addresses? code*"
    " note? references? incidents? info*",
    "info": "language? category+ event responseType* urgency severity certainty audience?"
    " eventCode* effective? onset? expires? senderName? headline? description? instruction?"
    " web? contact? parameter* resource* area*",
    "eventCode": "valueName value",
    "parameter": "valueName value",
    "geocode": "valueName value",
    "resource": "resourceDesc mimeType size? uri? derefUri? digest?",
    "area": "areaDesc polygon* circle* geocode* altitude? ceiling?",
}
_BETWEEN = {"?": (0, 1), "*": (0, None), "+": (1, None), "": (1, 1)}

LISTS = {
    "status": ("Actual", "Exercise", "System", "Test", "Draft"),
    "msgType": ("Alert", "Update", "Cancel", "Ack", "Error"),
    "scope": ("Public", "Restricted", "Private"),
    "category": (
        *("Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env"),
        *("Transport", "Infra", "CBRNE", "Other"),
    ),
    "responseType": (
        *("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess"),
        *("AllClear", "None"),
    ),
    "urgency": ("Immediate", "Expected", "Future", "Past", "Unknown"),
    "severity": ("Extreme", "Severe", "Moderate", "Minor", "Unknown"),
    "certainty": ("Observed", "Likely", "Possible", "Unlikely", "Unknown"),
}
# Words agencies write instead, and CAP 1.0's.
_MEANT = {
    "meteorological": "Met",
    "geological": "Geo",
    "environmental": "Env",
    "infrastructure": "Infra",
    "cbrn": "CBRNE",
    "very likely": "Likely",
    "cancelled": "Cancel",
    "canceled": "Cancel",
    "acknowledge": "Ack",
    "high": "Severe",
    "low": "Minor",
}
# What the schema asks of the text of an element: whole and broken numbers.
_NUMBERS = {
    "altitude": re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)\s*", re.ASCII),
    "ceiling": re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)\s*", re.ASCII),
    "size": re.compile(r"\s*[-+]?\d+\s*", re.ASCII),
}
_ADDRESSES = ("web", "uri")
# Against RFC 3986: half an escape, a second fragment, a name before a colon that is no scheme.
_NO_ADDRESS = re.compile(r"%(?![0-9A-Fa-f]{2})|#.*#|^(?![A-Za-z][A-Za-z0-9+.-]*:)[^/?#]*:")
# Attributes that any document may have.
_ANYWHERE = "http://www.w3.org/2001/XMLSchema-instance"
_OF_ANY = [f"{{{_ANYWHERE}}}{name}" for name in ("schemaLocation", "noNamespaceSchemaLocation")]
_NAMES = {name.rstrip("?*+") for names in _ORDER.values() for name in names.split()} | {"alert"}
_BY_LETTERS = {name.lower(): name for name in _NAMES}
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
# CAP 1.2, 3.2.1: neither identifier nor sender may hold these.
_FORBIDDEN = re.compile(r"[\s,<&]")


def check(alert: xml.Element, repairs: Repairs) -> None:
    """Name every departure from order, number and name of elements in an alert."""
    version = xml.namespace(alert)
    if version in OLDER:
        repairs.add(_("The message is written in CAP %(version)s."), version=OLDER[version])
    elif version != CURRENT:
        repairs.add(_("The message does not say which version of CAP it is written in."))
    for element in alert.iter():
        name = xml.local(element)
        if xml.namespace(element) == SIGNATURES or name not in _NAMES:
            continue
        _check_attributes(element, repairs)
        if name in _ORDER:
            _check_children(element, version, repairs)
            _check_stray(element, repairs)
        else:
            _check_text(element, name, repairs)
    _check_companions(alert, repairs)


def in_small_letters(alert: xml.Element, repairs: Repairs) -> None:
    """Give elements the names CAP gives them where only capital letters differ."""
    for element in alert.iter():
        name = xml.local(element)
        meant = _BY_LETTERS.get(name.lower())
        if name in _NAMES or meant is None or xml.namespace(element) == SIGNATURES:
            continue
        space = xml.namespace(element)
        element.tag = f"{{{space}}}{meant}" if space else meant
        repairs.add(_("<%(name)s> was read as <%(meant)s>."), name=name, meant=meant)


def listed(element: xml.Element, name: str, default: str, repairs: Repairs) -> str:
    """The value of an element that must come from a list; the default where none can be made.

    Of several that contradict each other, the worst severity, else the first.
    """
    raw = [xml.text_of(one) for one in xml.children(element, name)]
    found = [_one_listed(one, name, default, repairs) for one in raw] or [default]
    return min(found, key=LISTS[name].index) if name == "severity" else found[0]


def _one_listed(raw: str, name: str, default: str, repairs: Repairs) -> str:
    if raw in LISTS[name]:
        return raw
    if not raw.strip():
        repairs.add(_("<%(name)s> is empty."), name=name)
        return default
    return _meant(raw, name, default, repairs)


def plain(element: xml.Element, name: str, repairs: Repairs) -> str:
    """The text of an identifier or sender, without blank space around it."""
    found = xml.children(element, name)
    raw = xml.text_of(found[0]) if found else ""
    value = raw.strip()
    if raw != value:
        repairs.add(_("Blank space around <%(name)s> was removed."), name=name)
    return value


def forbidden(name: str, value: str) -> Note | None:
    """What a duty officer may want to know of an identifier or sender that was kept as it is."""
    if not _FORBIDDEN.search(value):
        return None
    return Note(
        _("<%(name)s> holds a space, comma, “<” or “&”, which CAP forbids."), {"name": name}
    )


def language(info: xml.Element, repairs: Repairs) -> str:
    """The language of an info block; English of the United States where it says none."""
    raw = xml.child_text(info, "language")
    if not raw:
        return "en-US"
    tag = raw.replace("_", "-")
    if _LANGUAGE.fullmatch(tag):
        if tag != raw:
            repairs.add(_("The language “%(value)s” is not written as a language tag."), value=raw)
        return tag[:35]
    repairs.add(_("“%(value)s” is not a language; it was kept apart."), value=raw)
    return "und"


def _meant(raw: str, name: str, default: str, repairs: Repairs) -> str:
    trimmed = raw.strip()
    by_case = {value.lower(): value for value in LISTS[name]}
    value = by_case.get(trimmed.lower()) or _MEANT.get(trimmed.lower(), "")
    if value == trimmed:
        repairs.add(_("Blank space around <%(name)s> was removed."), name=name)
    elif value in LISTS[name]:
        repairs.add(
            _("<%(name)s> “%(raw)s” was read as “%(value)s”."), name=name, raw=raw, value=value
        )
    else:
        repairs.add(
            _("<%(name)s> “%(raw)s” is not a value CAP knows; “%(value)s” was assumed."),
            name=name,
            raw=raw,
            value=default,
        )
        return default
    return value


def _check_children(element: xml.Element, version: str, repairs: Repairs) -> None:
    parent = xml.local(element)
    rules = {one.rstrip("?*+"): one[len(one.rstrip("?*+")) :] for one in _ORDER[parent].split()}
    places = {name: place for place, name in enumerate(rules)}
    reached = 0
    counts = dict.fromkeys(rules, 0)
    for child in xml.children(element):
        name = xml.local(child)
        if xml.namespace(child) == SIGNATURES:
            # Only CAP 1.2 has a place for it: the end.
            reached = len(places)
        elif name not in rules or xml.namespace(child) != version:
            repairs.add(_("<%(name)s> does not belong in <%(parent)s>."), name=name, parent=parent)
            if name in counts:
                counts[name] += 1
        else:
            counts[name] += 1
            if places[name] < reached:
                repairs.add(_("<%(name)s> stands in the wrong place."), name=name)
            reached = max(reached, places[name])
    _check_counts(parent, rules, counts, repairs)


def _check_attributes(element: xml.Element, repairs: Repairs) -> None:
    for name in map(str, element.attrib):
        if name not in _OF_ANY:
            plain, parent = name.rpartition("}")[2], xml.local(element)
            repairs.add(
                _("<%(parent)s> has an attribute CAP does not know: “%(name)s”."),
                parent=parent,
                name=plain,
            )


def _check_text(element: xml.Element, name: str, repairs: Repairs) -> None:
    """What the schema asks of an element that holds text: no other elements, and which text."""
    value = xml.text_of(element)
    for inner in xml.children(element):
        repairs.add(
            _("<%(name)s> does not belong in <%(parent)s>."), name=xml.local(inner), parent=name
        )
    if name in _NUMBERS and not _NUMBERS[name].fullmatch(value):
        repairs.add(_("<%(name)s> is not a number: “%(value)s”."), name=name, value=value)
    if name in _ADDRESSES and not _is_address(value.strip()):
        repairs.add(_("<%(name)s> is not an address: “%(value)s”."), name=name, value=value)


def _is_address(value: str) -> bool:
    try:
        _port = urlsplit(value).port
    except ValueError:
        return False
    return _NO_ADDRESS.search(value) is None


def _check_companions(alert: xml.Element, repairs: Repairs) -> None:
    """What one value asks for beside it (CAP 1.2, 3.2.1 and 3.2.4), which no schema can say."""
    scope = xml.child_text(alert, "scope").lower()
    needed = {"restricted": "restriction", "private": "addresses"}.get(scope, "")
    if needed and not xml.child_text(alert, needed):
        repairs.add(_("<%(name)s> is missing in <%(parent)s>."), name=needed, parent="alert")
    for area in xml.descendants(alert, "area"):
        if xml.children(area, "ceiling") and not xml.children(area, "altitude"):
            repairs.add(_("<%(name)s> is missing in <%(parent)s>."), name="altitude", parent="area")


def _check_stray(element: xml.Element, repairs: Repairs) -> None:
    """Name text between the elements of a block, where nobody reads it.

    CAP 1.0 wrote a code as text alone; that is read.
    """
    if not len(element):
        return
    between = [element.text, *(child.tail for child in element)]
    if stray := " ".join("".join(filter(None, between)).split()):
        parent = xml.local(element)
        repairs.add(
            _("Text between the elements of <%(parent)s> was passed over: “%(words)s”."),
            parent=parent,
            words=stray,
        )


def _check_counts(
    parent: str, rules: dict[str, str], counts: dict[str, int], repairs: Repairs
) -> None:
    for name, often in rules.items():
        least, most = _BETWEEN[often]
        if counts[name] < least:
            repairs.add(_("<%(name)s> is missing in <%(parent)s>."), name=name, parent=parent)
        if most is not None and counts[name] > most:
            repairs.add(_("<%(name)s> stands there more than once."), name=name)
