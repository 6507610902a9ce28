"""XML from strangers: no entities, no network, no DTD, and forgiving of what is only form."""

import re
from collections.abc import Iterator
from contextlib import suppress
from html.entities import html5
from typing import Any

from django.utils.translation import gettext_noop as _
from lxml import etree

from safeconduct.wires.hazards.engine.reading import Repairs, UnreadableError

Element = etree._Element  # noqa: SLF001 -- the only name lxml gives its elements

_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>", re.ASCII)
# Tried in turn; every byte is a letter of the last.
_ENCODINGS = {
    "utf-8": "UTF-8",
    "cp1251": "Windows-1251",
    "cp1254": "Windows-1254",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
}
_HTML_NAME = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_OF_XML = ("amp", "lt", "gt", "quot", "apos", "AMP", "LT", "GT", "QUOT")
_BEYOND = re.compile(r"[^\x00-\x7f]+")
_CYRILLIC_WORD = re.compile(r"[\u0400-\u04ff]{3,}")
# Latin and Cyrillic in one word are in none: the letters of another table.
_MIXED_WORD = re.compile(r"[a-zA-Z][\u0400-\u04ff]|[\u0400-\u04ff][a-zA-Z]")
_TURKISH = re.compile(r"<(?:[\w.-]+:)?language>\s*(?:tr|az)\b", re.IGNORECASE)
_CLAIMS = re.compile(rb"^<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)", re.ASCII)
# No part of a warning comes near this but sound or a picture within; libxml2 reads no more.
_LONG_TEXT = 10_000_000
# What prefixes stand for that a document forgot to declare.
_KNOWN_PREFIXES = {
    "cap": "urn:oasis:names:tc:emergency:cap:1.2",
    "gdacs": "http://www.gdacs.org",
    "georss": "http://www.georss.org/georss",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
}
# Byte order marks of UTF-16 and UTF-32, whose bytes nobody may trim.
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def parse(payload: bytes, repairs: Repairs) -> Element:
    """The root of a document.

    :raises UnreadableError: if it declares entities (an attack, never a need of a warning)
        or if nothing can be saved from it.
    """
    trimmed = _trimmed(payload, repairs)
    root = None if _is_mislabelled(payload, trimmed) else _attempt(trimmed, recover=False)
    if root is None:
        encoding, text = _as_utf8(trimmed)
        root = _attempt(text, recover=False)
        if root is not None:
            repairs.add(
                _("The text is not in the encoding it claims; it was read as %(encoding)s."),
                encoding=encoding,
            )
    if root is None and (text := _without_letters_of_html(trimmed)) != trimmed:
        root = _attempt(text, recover=False)
        if root is not None:
            repairs.add(_("Names that only HTML has for letters were read as the letters."))
    if root is None:
        root = _with_prefixes(_attempt(trimmed, recover=True))
        repairs.add(_("The file is not well-formed XML; what could be read was kept."))
    if root is None:
        raise UnreadableError(_("The file looks like XML but cannot be read."))
    _check_declarations(root, repairs)
    return root


def local(element: Element) -> str:
    """The name of an element without its namespace; comments and the like have none."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: Element) -> str:
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def children(element: Element, name: str = "") -> list[Element]:
    """Child elements, all or those of a local name whatever their namespace."""
    if name:
        return list(element.iterchildren(f"{{*}}{name}"))
    return [child for child in element if local(child)]


def descendants(element: Element, name: str) -> Iterator[Element]:
    return element.iter(f"{{*}}{name}")


def text_of(element: Element | None) -> str:
    """All text within an element as it stands."""
    return "" if element is None else "".join(map(str, element.itertext()))


def child_text(element: Element, *names: str) -> str:
    """The trimmed text of the first child that has any, in the order of the names."""
    for name in names:
        for child in children(element, name):
            if found := text_of(child).strip():
                return found
    return ""


def _trimmed(payload: bytes, repairs: Repairs) -> bytes:
    if payload.startswith(_WIDE):
        return payload
    bare = payload.removeprefix(b"\xef\xbb\xbf")
    trimmed = bare.strip(b" \t\r\n\x00")
    if trimmed[:5] == b"<?xml" and not bare.startswith(b"<"):
        repairs.add(_("Blank space before the XML declaration was removed."))
    return trimmed


def _is_mislabelled(payload: bytes, trimmed: bytes) -> bool:
    """Whether a document marked as UTF-8 by its first bytes claims to be in something else."""
    claimed = _CLAIMS.match(trimmed)
    is_marked = payload.startswith(b"\xef\xbb\xbf")
    return is_marked and claimed is not None and claimed[1].lower() not in (b"utf-8", b"us-ascii")


def _with_prefixes(root: Element | None) -> Element | None:
    """Elements whose prefix was never declared, under the names they were meant to have."""
    for element in () if root is None else root.iter():
        tag = element.tag
        if isinstance(tag, str) and ":" in tag and not tag.startswith("{"):
            prefix, _colon, name = tag.rpartition(":")
            space = _KNOWN_PREFIXES.get(prefix.lower(), "")
            # A name that nothing may have stays as it is: no warning is in it.
            with suppress(ValueError):
                element.tag = f"{{{space}}}{name}" if space else name
    return root


def _without_letters_of_html(payload: bytes) -> bytes:
    """With “&oacute;” and the like as numbers; a document that declares its own keeps them."""
    if b"<!" in payload:
        return payload
    return _HTML_NAME.sub(_numbered, payload)


def _numbered(found: re.Match[bytes]) -> bytes:
    name = found[1].decode()
    letters = "" if name in _OF_XML else html5.get(f"{name};", "")
    return "".join(f"&#{ord(letter)};" for letter in letters).encode() or found[0]


def _attempt(payload: bytes, *, recover: bool) -> Element | None:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        # Lifts what keeps entities from growing, too: only where none can be declared.
        huge_tree=len(payload) > _LONG_TEXT and b"<!" not in _without_raw_text(payload),
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
    try:
        return etree.fromstring(payload, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None


def _as_utf8(payload: bytes) -> tuple[str, bytes]:
    """The encoding a document proves to be in, and the document in UTF-8."""
    body = _DECLARATION.sub(b"", payload)
    name, text = next(_readable(body))
    return name, b'<?xml version="1.0" encoding="UTF-8"?>' + text.encode()


def _without_raw_text(payload: bytes) -> bytes:
    return payload.replace(b"<![CDATA[", b"").replace(b"<!--", b"")


def _readable(body: bytes) -> Iterator[tuple[str, str]]:
    for encoding, name in _ENCODINGS.items():
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        is_likely = {"cp1251": _is_cyrillic, "cp1254": _is_turkish}.get(encoding)
        if is_likely is None or is_likely(text):
            yield name, text


def _is_cyrillic(text: str) -> bool:
    """Whether most letters beyond ASCII stand together in words, as no accents do."""
    beyond = sum(map(len, _BEYOND.findall(text)))
    is_most = 2 * sum(map(len, _CYRILLIC_WORD.findall(text))) > beyond
    return is_most and len(_MIXED_WORD.findall(text)) * 10 < beyond


def _is_turkish(text: str) -> bool:
    """Whether a block says that it is in Turkish or Azerbaijani, for the letters alone do not."""
    return _TURKISH.search(text) is not None


def _check_declarations(root: Element, repairs: Repairs) -> None:
    info: Any = root.getroottree().docinfo
    if not info.doctype:
        return
    declared = info.internalDTD
    if declared is not None and (list(declared.iterentities()) or _has_references(root)):
        raise UnreadableError(
            _("The file declares XML entities. No warning needs them and attacks use them.")
        )
    repairs.add(_("The document type declaration was ignored."))


def _has_references(root: Element) -> bool:
    return any(node.tag is etree.Entity for node in root.iter())
