"""What kind of message is this? Bytes in, readings out, never an exception."""

import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
from django.utils.translation import gettext_noop as _
from lxml import etree

from safeconduct.wires.hazards.engine import (
    cap,
    cap_area,
    cap_form,
    cap_index,
    gdacs,
    grid,
    sidefiles,
    usgs,
    xml,
)
from safeconduct.wires.hazards.engine.guard import SURPRISES, fault, guarded
from safeconduct.wires.hazards.engine.reading import (
    Note,
    Reading,
    Repairs,
    UnreadableError,
    refused,
)
from safeconduct.wires.hazards.terms import LARGEST_PAYLOAD, MOST_MESSAGES, Outcome

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
# UTF-16 without the mark that tells the order of its bytes, by the mark it lacks.
_UNMARKED = {b"\xff\xfe": re.compile(rb"[<{\[]\x00"), b"\xfe\xff": re.compile(rb"\x00[<{\[]")}
_NO_MARK = _("The file is in UTF-16 without the mark that says so.")
# JSON as an argument to a function of whoever asks for it, the way pages once had to fetch it.
_CALL = re.compile(rb"\s*[\w.$]+\s*\(\s*([{\[].*[}\]])\s*\)\s*;?\s*", re.DOTALL)
_A_CALL = _("The file is a script with the message in it (JSONP); only the message was read.")
# What servers and scripts write before a document: headers, a warning of theirs.
_BEGINNING = re.compile(rb"<\?xml\s|<(?:[\w.-]+:)?(?:alert|feed|rss)[\s>]", re.IGNORECASE)
_PAGE = re.compile(rb"\s*<!doctype\s+html", re.IGNORECASE)
_A_PAGE = _("The file is a web page, not a message.")
_LONGEST_PREFACE = 64 * 1024
_A_PREFACE = _("Text before the XML was passed over.")
_ZERO = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_DECLARATIONS = re.compile(rb"(?=<\?xml\s)")
TOO_LARGE = Note(
    _("The file is larger than %(most)s MB; no warning is, so it was not read."),
    {"most": str(LARGEST_PAYLOAD // 1024 // 1024)},
)


def read_bytes(payload: bytes, resolver: cap_area.Resolver = cap.unresolved) -> list[Reading]:
    """All messages in a file or answer: XML or JSON of a known source, packed or not.

    A feed without entries gives none. Whatever cannot be understood comes back refused,
    with a reason; nothing is raised.
    """
    try:
        return _read(payload, resolver)
    except UnreadableError as error:
        return [refused(error.note, about=payload)]
    except SURPRISES as error:
        return [refused(fault(error), about=payload)]


def read_object(document: Mapping[str, Any]) -> list[Reading]:
    """The messages in a JSON object, as ``read_bytes`` gives them: nothing is raised."""
    try:
        return _read_document(document)
    except UnreadableError as error:
        return [refused(error.note)]
    except SURPRISES as error:
        return [refused(fault(error))]


def object_in(payload: bytes) -> Mapping[str, Any]:
    """The JSON object in an answer, packed or not.

    :raises UnreadableError: if there is none.
    """
    document, _repaired = _parsed(_unpacked(payload) if payload.startswith(_GZIP) else payload)
    if not isinstance(document, Mapping):
        raise UnreadableError(_("The file is JSON but holds no message."))
    return document


def _read(payload: bytes, resolver: cap_area.Resolver) -> list[Reading]:
    if len(payload) > LARGEST_PAYLOAD:
        return [refused(TOO_LARGE)]
    if payload.startswith(_GZIP):
        return read_bytes(_unpacked(payload), resolver)
    if payload.startswith(_ZIP):
        return _read_zip(payload, resolver)
    mark = next((mark for mark, first in _UNMARKED.items() if first.match(payload)), b"")
    readings = _read_text(mark + payload, resolver)
    return [_with(reading, Note(_NO_MARK)) for reading in readings] if mark else readings


def _read_text(payload: bytes, resolver: cap_area.Resolver) -> list[Reading]:
    start = payload.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1]
    if not start:
        raise UnreadableError(_("The file is empty."))
    if start in b"{[":
        return _read_json(payload)
    if start == b"<":
        return _read_xml(payload, resolver)
    if call := _CALL.fullmatch(payload):
        return [_with(reading, Note(_A_CALL)) for reading in _read_json(call[1])]
    if begun := _BEGINNING.search(payload, 0, _LONGEST_PREFACE):
        return [
            _with(reading, Note(_A_PREFACE))
            for reading in _read_xml(payload[begun.start() :], resolver)
        ]
    raise UnreadableError(_("The file is neither XML nor JSON."))


def _unpacked(payload: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(payload)) as packed:
            content = packed.read(LARGEST_PAYLOAD + 1)
    except (OSError, EOFError, zlib.error):
        raise UnreadableError(_("The file is packed and cannot be unpacked.")) from None
    if content.startswith((_GZIP, _ZIP)):
        raise UnreadableError(_("The file is packed twice."))
    return content


def _read_zip(payload: bytes, resolver: cap_area.Resolver) -> list[Reading]:
    readings: list[Reading] = []
    left = LARGEST_PAYLOAD
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as packed:
            for member in packed.infolist()[:MOST_MESSAGES]:
                if member.is_dir():
                    continue
                with packed.open(member) as opened:
                    content = opened.read(left + 1)
                left -= len(content)
                if left < 0:
                    return [*readings, refused(TOO_LARGE)]
                if content.startswith((_GZIP, _ZIP)):
                    raise UnreadableError(_("The file is packed twice."))
                readings += read_bytes(content, resolver)
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError, RuntimeError):
        raise UnreadableError(_("The file is packed and cannot be unpacked.")) from None
    return readings


def _read_xml(payload: bytes, resolver: cap_area.Resolver) -> list[Reading]:
    # A mark of the order of bytes before the first is no document.
    parts = [part for part in _DECLARATIONS.split(payload) if b"<" in part]
    if len(parts) > 1 and all(b"<" in part[5:] for part in parts[1:]):
        # Several documents one after another; a declaration quoted in a text is not one.
        whole = Repairs()
        root = xml.parse(payload, whole)
        if whole.notes():
            return [one for part in parts[:MOST_MESSAGES] for one in read_bytes(part, resolver)]
        return _read_root(root, whole, resolver)
    repairs = Repairs()
    try:
        root = xml.parse(payload, repairs)
    except UnreadableError:
        if _PAGE.match(payload):
            raise UnreadableError(_A_PAGE) from None
        raise
    return _read_root(root, repairs, resolver)


def _read_root(root: xml.Element, repairs: Repairs, resolver: cap_area.Resolver) -> list[Reading]:
    name = xml.local(root)
    if name.lower() == "alert":
        cap_form.in_small_letters(root, repairs)
        return [cap.read_alert(root, repairs, resolver)]
    if name in cap_index.ROOTS:
        return cap_index.read_feed(root, repairs, resolver)
    if name == grid.ROOT:
        return [grid.read_grid(root, repairs)]
    alerts = list(xml.descendants(root, "alert"))[:MOST_MESSAGES]
    if not alerts and (alerts := cap_index.written_in(root)):
        repairs.add(cap_index.WRITTEN)
    if not alerts and name.lower() == "html":
        raise UnreadableError(_A_PAGE)
    if not alerts:
        raise UnreadableError(
            _("The file is XML of a kind this system does not know (<%(name)s>)."), name=name
        )
    # EDXL-DE and other envelopes carry the alert inside.
    return [
        guarded(partial(cap.read_alert, alert, repairs.copy(), resolver), etree.tostring(alert))
        for alert in alerts
    ]


def _read_json(payload: bytes) -> list[Reading]:
    document, repaired = _parsed(payload)
    if isinstance(document, list):
        found = [one for one in document if isinstance(one, Mapping)]
        document = {"type": "FeatureCollection", "features": found}
    if not isinstance(document, Mapping):
        raise UnreadableError(_("The file is JSON but holds no message."))
    readings = _read_document(document)
    return [_with(reading, repaired) for reading in readings] if repaired else readings


def _read_document(document: Mapping[str, Any]) -> list[Reading]:
    features = usgs.features_of(document)
    if usgs.is_rupture(document):
        return [usgs.read_rupture(document)]
    if usgs.is_contours(features):
        return [usgs.read_contours(document)]
    if "event_information" in (document.get("input") or ()):
        return [usgs.read_info(document)]
    if document.get("type") == "Feature":
        features = [document]
    elif document.get("type") != "FeatureCollection":
        raise sidefiles.refusal(document)
    return _read_features(features[:MOST_MESSAGES], document)


def _read_features(features: list[Mapping[str, Any]], document: Mapping[str, Any]) -> list[Reading]:
    events = [one for one in features if _is(gdacs.is_event, one)]
    if events:
        others = [one for one in features if not _is(gdacs.is_event, one)]
        return [*gdacs.read_features(events), *map(_read_feature, others)]
    if features and not any(_is_known(one) for one in features):
        usgs.refuse_motion(features)
        raise sidefiles.refusal(document)
    return [_read_feature(one) for one in features]


def _is_known(feature: Mapping[str, Any]) -> bool:
    return usgs.is_event(feature) or _is(gdacs.is_event, feature)


def _read_feature(feature: Mapping[str, Any]) -> Reading:
    return guarded(partial(_event, feature), json.dumps(feature, default=str).encode())


def _event(feature: Mapping[str, Any]) -> Reading:
    if usgs.is_event(feature):
        return usgs.read_event(feature)
    raise UnreadableError(_("The file is JSON of a kind this system does not know."))


def _is(claim: Callable[[Mapping[str, Any]], bool], feature: Mapping[str, Any]) -> bool:
    told = feature.get("properties")
    return isinstance(told, Mapping) and bool(claim(told))


def _parsed(payload: bytes) -> tuple[Any, Note | None]:
    """A JSON document, and the repair it took to read it."""
    plain, repaired = _in_utf8(payload)
    # A letter of zero is one to JSON and none to a database.
    plain, zeroes = _ZERO.subn(rb"\1", plain)
    if zeroes:
        repaired = Note(_("Characters that no text can hold were removed."))
    try:
        return orjson.loads(plain), repaired
    except orjson.JSONDecodeError:
        pass
    if lines := _lines(plain):
        return lines, Note(_("The file holds one JSON document a line; each was read by itself."))
    empty: list[str] = []
    try:
        document = json.loads(plain.decode(), parse_constant=empty.append)
        # Halves of letters, which JSON can write and no database keeps, become “?”.
        whole = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
        document = json.loads(whole)
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise UnreadableError(_("The file looks like JSON but is broken or cut off.")) from None
    if empty:
        return document, Note(
            _("The file is not strict JSON; values that are no numbers are empty.")
        )
    return document, Note(_("The file is not strict JSON; what could be read was kept."))


def _in_utf8(payload: bytes) -> tuple[bytes, Note | None]:
    if not payload.startswith((b"\xff\xfe", b"\xfe\xff")):
        return payload.removeprefix(b"\xef\xbb\xbf").strip(), None
    try:
        plain = payload.decode("utf-16").strip().encode()
    except UnicodeError:
        raise UnreadableError(_("The file looks like JSON but is broken or cut off.")) from None
    return plain, Note(_("The file is in UTF-16, where JSON is to be in UTF-8."))


def _lines(plain: bytes) -> list[Any]:
    """The documents of a file with one a line; empty if any line is none."""
    lines = [line for line in plain.splitlines() if line.strip()][:MOST_MESSAGES]
    try:
        return [orjson.loads(line) for line in lines] if len(lines) > 1 else []
    except orjson.JSONDecodeError:
        return []


def _with(reading: Reading, note: Note) -> Reading:
    outcome = Outcome.REFUSED if reading.outcome is Outcome.REFUSED else Outcome.TOLERATED
    return replace(reading, outcome=outcome, repairs=(note, *reading.repairs))
