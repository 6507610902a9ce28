"""Whether the text of a signed alert is the one that was signed.

XML Signature (W3C, 2008), the reference over the whole document only. A signature nobody
can check says nothing for or against a warning: many agencies re-format after signing. A
digest of another text is worth a sentence to the duty officer. Who signed is not judged:
that needs the keys of the agencies, which a ministry would have to collect.
"""

import base64
import binascii
import hashlib
from copy import deepcopy

from django.utils.translation import gettext_noop as _
from lxml import etree

from safeconduct.wires.hazards.engine import xml
from safeconduct.wires.hazards.engine.cap_form import SIGNATURES
from safeconduct.wires.hazards.engine.reading import Repairs

_DIGESTS = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}


def check(alert: xml.Element, repairs: Repairs) -> None:
    """Name a signature that does not belong to the text it comes with."""
    for signature in alert.iter(f"{{{SIGNATURES}}}Signature"):
        for reference in signature.iter(f"{{{SIGNATURES}}}Reference"):
            if reference.get("URI", "") == "" and _differs(alert, reference):
                repairs.add(_("The signature was made for another text than this one."))
                return


def _differs(alert: xml.Element, reference: xml.Element) -> bool:
    method = reference.find(f"{{{SIGNATURES}}}DigestMethod")
    value = reference.find(f"{{{SIGNATURES}}}DigestValue")
    name = _DIGESTS.get(method.get("Algorithm", "")) if method is not None else None
    if name is None or value is None:
        return False
    try:
        claimed = base64.b64decode("".join(xml.text_of(value).split()), validate=True)
    except (binascii.Error, ValueError):
        return True
    return not any(hashlib.new(name, text).digest() == claimed for text in _canonical(alert))


def _canonical(alert: xml.Element) -> list[bytes]:
    """The unsigned document in the canonical forms signers use, spaced as it is or not at all."""
    texts = []
    for spaced in (True, False):
        copy = deepcopy(alert)
        for signature in list(copy.iter(f"{{{SIGNATURES}}}Signature")):
            _remove(signature)
        if not spaced:
            _tighten(copy)
        texts += [etree.tostring(copy, method="c14n", exclusive=way) for way in (True, False)]
    return texts


def _remove(element: xml.Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def _tighten(copy: xml.Element) -> None:
    for element in copy.iter():
        if len(element) and element.text is not None and not element.text.strip():
            element.text = None
        if element.tail is not None and not element.tail.strip():
            element.tail = None
