"""The Common Alerting Protocol: one ``alert`` element becomes one reading.

OASIS CAP 1.2, and what agencies make of it, 1.1 and 1.0 included. The form is checked in
``cap_form``, the area in ``cap_area``; here it is decided what the message says.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _
from lxml import etree

from safeconduct.wires.hazards.engine import (
    cap_area,
    cap_form,
    kinds,
    levels,
    signature,
    times,
    xml,
)
from safeconduct.wires.hazards.engine.areas import area_of
from safeconduct.wires.hazards.engine.reading import (
    NO_AREA,
    Note,
    Reading,
    Repairs,
    fingerprint,
    refused,
    shortened,
)
from safeconduct.wires.hazards.terms import Outcome, Source

# Messages that speak of another message and need nothing to happen themselves.
_ABOUT_OTHERS = ("Cancel", "Ack", "Error")
_NEED_REFERENCES = ("Update", *_ABOUT_OTHERS)
_TEXTS = ("event", "headline", "description", "instruction")
_LONGEST_TEXT = 20_000
_SENT = re.compile(r"\d{4}-\d\d-\d\dT\S+", re.ASCII)
# No message means so many others that it takes more characters, blanks aside.
_LONGEST_REFERENCES = 100_000
# A country's sum of all that is in force changes some hundred.
_MOST_REFERENCES = 1_000
_LONGEST_SENDER, _LONGEST_IDENTIFIER = 200, 300


def unresolved(_name: str, _value: str) -> cap_area.Placed:
    """The table of codes that knows none."""
    return cap_area.Placed(None, cap_area.KNOWN_BY_NAME)


def read_alert(
    alert: xml.Element, repairs: Repairs, resolver: cap_area.Resolver = unresolved
) -> Reading:
    """One CAP message. Refused only if neither what nor where can be told from it."""
    infos = xml.children(alert, "info")
    if not _has_meaning(alert, infos):
        empty = Note(_("The message is a CAP alert but says neither what happens nor where."))
        return refused(empty, source=Source.CAP, about=etree.tostring(alert))
    cap_form.check(alert, repairs)
    msg_type = cap_form.listed(alert, "msgType", "Alert", repairs)
    references = _references(alert, repairs)
    status = cap_form.listed(alert, "status", "Actual", repairs)
    cap_form.listed(alert, "scope", "Public", repairs)
    identity = _identity(alert, repairs)
    ranks = [_levels(info, repairs) for info in infos]
    main = min(range(len(infos)), key=lambda at: _rank(ranks[at]), default=None)
    found = levels.found(infos, [one["severity"] for one in ranks], resolver, repairs)
    told = [
        *(cap_form.forbidden(name, identity[name]) for name in ("identifier", "sender")),
        _unnamed(msg_type, references),
        signature.fault(alert),
    ]
    doubts, problems = tuple(filter(None, told)), _problems(found, msg_type)
    area = area_of(found.shapes, estimated=found.is_too_wide, repairs=repairs)
    said = _said(infos, main, repairs) | (ranks[main] if main is not None else {})
    reading = Reading(
        source=Source.CAP,
        # A doubt repairs nothing, but a message under one is not flawless.
        outcome=Outcome.TOLERATED if doubts else repairs.outcome(),
        reason=next(iter(problems + doubts), None),
        repairs=repairs.notes(),
        problems=problems,
        doubts=doubts,
        status=status,
        msg_type=msg_type,
        references=references,
        facts=_facts(alert, infos, found.codes) | found.facts(),
        area=area,
    )
    return replace(reading, **identity, **said)


def _has_meaning(alert: xml.Element, infos: list[xml.Element]) -> bool:
    """A message about another needs to name that or itself; any other something to say."""
    told = ("event", "headline", "description", "area", "severity", "instruction")
    if any(xml.child_text(info, *told) for info in infos):
        return True
    named = xml.child_text(alert, "identifier") and xml.child_text(alert, "msgType")
    return bool(named or xml.child_text(alert, "references", "note"))


def _identity(alert: xml.Element, repairs: Repairs) -> dict[str, Any]:
    identifier = cap_form.plain(alert, "identifier", repairs)
    if not identifier:
        identifier = fingerprint(etree.tostring(alert))
        repairs.add(_("The message has no identifier; one was made from its content."))
    sent = xml.children(alert, "sent")
    return {
        "identifier": identifier[:300],
        "sender": cap_form.plain(alert, "sender", repairs)[:200],
        "sent": times.cap_moment(xml.text_of(sent[0]), "sent", repairs) if sent else None,
    }


def _references(alert: xml.Element, repairs: Repairs) -> tuple[str, ...]:
    """Messages meant, as “sender,identifier,sent” (CAP 1.2, 3.2.1)."""
    text = xml.child_text(alert, "references")
    found = tuple(text.split())
    if any(one.count(",") != 2 for one in found):  # sender, identifier, sent
        repairs.add(_("A reference is not written as “sender,identifier,sent”."))
        found = tuple(_spaced_references(" ".join(found)[:_LONGEST_REFERENCES])) or found
    if len(found) > _MOST_REFERENCES:
        repairs.add(_("The message refers to more than %(most)s others."), most=_MOST_REFERENCES)
    return tuple(one[:600] for one in found[:_MOST_REFERENCES])


def _spaced_references(text: str) -> Iterator[str]:
    """References with spaces within: of a sender's name, or after commas.

    Each field is looked at once: a pattern for all three would try every letter as a start.
    """
    fields = [field.strip() for field in text.split(",")]
    for at in range(len(fields) - 2):
        sender, identifier, last = fields[at : at + 3]
        sent = _SENT.match(last) if sender and identifier else None
        if sent:
            yield f"{sender[-_LONGEST_SENDER:]},{identifier[:_LONGEST_IDENTIFIER]},{sent[0]}"
            # What stands behind it begins the next; the identifier begins none.
            fields[at + 1 : at + 3] = "", last[sent.end() :].strip()


def _unnamed(msg_type: str, references: tuple[str, ...]) -> Note | None:
    if references or msg_type not in _NEED_REFERENCES:
        return None
    return Note(_("The message changes another one but does not say which."))


def _levels(info: xml.Element, repairs: Repairs) -> dict[str, str]:
    names = ("severity", "urgency", "certainty")
    return {name: cap_form.listed(info, name, "Unknown", repairs) for name in names}


def _rank(levels: dict[str, str]) -> int:
    """Worst first; a block of unknown severity comes last."""
    return cap_form.LISTS["severity"].index(levels["severity"])


def _said(infos: list[xml.Element], main: int | None, repairs: Repairs) -> dict[str, Any]:
    """Words and times, those of the most severe block where blocks differ."""
    if main is None:
        return {}
    texts: dict[str, dict[str, str]] = {}
    for info in infos:
        texts.setdefault(cap_form.language(info, repairs), _texts(info))
    chief = infos[main]
    for info in infos:
        _check_lists(info, repairs)
    category = cap_form.listed(chief, "category", "Other", repairs)
    event = xml.child_text(chief, "event", "headline")
    words = (event, xml.child_text(chief, "headline"), xml.child_text(infos[0], "event"))
    return {
        "category": category,
        "event": shortened(event, 200),
        "hazard": kinds.hazard_of(*words, category=category),
        "onset": _moment(chief, "onset", repairs) or _moment(chief, "effective", repairs),
        "expires": _moment(chief, "expires", repairs),
        "texts": texts,
        "languages": tuple(texts),
    }


def _check_lists(info: xml.Element, repairs: Repairs) -> None:
    for name in ("category", "responseType"):
        if xml.children(info, name):
            cap_form.listed(info, name, "Other" if name == "category" else "None", repairs)
    for name in ("effective", "onset", "expires"):
        _moment(info, name, repairs)


def _moment(info: xml.Element, name: str, repairs: Repairs) -> datetime | None:
    found = xml.children(info, name)
    return times.cap_moment(xml.text_of(found[0]), name, repairs) if found else None


def _texts(info: xml.Element) -> dict[str, str]:
    texts = {name: xml.child_text(info, name)[:_LONGEST_TEXT] for name in _TEXTS}
    places = (xml.child_text(area, "areaDesc") for area in xml.children(info, "area"))
    texts["area"] = shortened("; ".join(filter(None, places)), _LONGEST_TEXT)
    return {name: text for name, text in texts.items() if text}


def _problems(found: cap_area.Found, msg_type: str) -> tuple[Note, ...]:
    """What a duty officer must look at: places that are not on the map, or wider than meant."""
    problems = [*found.problems, *found.lacking()]
    if not found.shapes and not problems and msg_type not in _ABOUT_OTHERS:
        problems.append(NO_AREA)
    return tuple(problems[:20])


def _facts(
    alert: xml.Element, infos: list[xml.Element], codes: dict[str, list[str]]
) -> dict[str, object]:
    """What officers may want to look up: codes of places and events, parameters, links."""
    facts: dict[str, object] = {}
    for info in infos[:1]:
        for name in ("parameter", "eventCode"):
            pairs = [
                (xml.child_text(one, "valueName"), xml.child_text(one, "value"))
                for one in xml.children(info, name)
            ]
            if pairs:
                facts[name] = {key[:100]: value[:500] for key, value in pairs[:100]}
        for name in ("web", "senderName", "contact"):
            if value := xml.child_text(info, name):
                facts[name] = value[:500]
    if codes:
        facts["geocode"] = {key[:60]: values[:500] for key, values in list(codes.items())[:20]}
    if note := xml.child_text(alert, "note"):
        facts["note"] = note[:1000]
    return facts
