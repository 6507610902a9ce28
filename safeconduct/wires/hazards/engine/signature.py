"""Whether the text of a signed alert is the one that was signed.

XML Signature (W3C, 2008): the reference over the whole document, and the signature over
it by the certificate that comes along. A signature that fails never costs a warning, for
many agencies re-format after signing; it is worth a sentence to the duty officer. Whose
certificate it is, is not judged: that needs the keys of the agencies, which a ministry
would have to collect.
"""

import base64
import binascii
import hashlib
from copy import deepcopy

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.utils.translation import gettext_noop as _
from lxml import etree

from safeconduct.wires.hazards.engine import xml
from safeconduct.wires.hazards.engine.cap_form import SIGNATURES
from safeconduct.wires.hazards.engine.reading import Note

_DIGESTS = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 -- what was signed with it is judged by it
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def fault(alert: xml.Element) -> Note | None:
    """What is wrong with a signature that does not fit the text or certificate it comes with."""
    for signature in alert.iter(f"{{{SIGNATURES}}}Signature"):
        for reference in signature.iter(f"{{{SIGNATURES}}}Reference"):
            if reference.get("URI", "") == "" and _differs(alert, reference):
                return Note(_("The signature was made for another text than this one."))
        for certificate in signature.iter(f"{{{SIGNATURES}}}X509Certificate"):
            if not _is_signed_with(signature, certificate):
                return Note(_("The signature does not fit the certificate it comes with."))
            return None
    return None


def _is_signed_with(signature: xml.Element, certificate: xml.Element) -> bool:
    """Whether the signature verifies; true also where the kind of key is not known to us."""
    info = signature.find(f"{{{SIGNATURES}}}SignedInfo")
    value = signature.find(f"{{{SIGNATURES}}}SignatureValue")
    method = signature.find(f"{{{SIGNATURES}}}SignedInfo/{{{SIGNATURES}}}SignatureMethod")
    if info is None or value is None or method is None:
        return False
    signed, encoded = _decoded(value), _decoded(certificate)
    hashing = _HASHES.get(method.get("Algorithm", "").rpartition("-")[2])
    if hashing is None:
        return True
    if signed is None or encoded is None:
        return False
    try:
        key = x509.load_der_x509_certificate(encoded).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
    return any(_verifies(key, signed, text, hashing) for text in _info_forms(info))


def _verifies(key: object, signed: bytes, text: bytes, hashing: hashes.HashAlgorithm) -> bool:
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signed, text, padding.PKCS1v15(), hashing)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            half = len(signed) // 2
            pair = (int.from_bytes(signed[:half]), int.from_bytes(signed[half:]))
            key.verify(encode_dss_signature(*pair), text, ec.ECDSA(hashing))
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def _info_forms(info: xml.Element) -> list[bytes]:
    """What was signed, in place and by itself, spaced as it is or not at all."""
    forms = []
    for spaced in (True, False):
        alone = etree.fromstring(etree.tostring(info, with_tail=False))
        if not spaced:
            _tighten(alone)
        elements = (info, alone) if spaced else (alone,)
        forms += [
            etree.tostring(element, method="c14n", exclusive=way, with_tail=False)
            for element in elements
            for way in (True, False)
        ]
    return forms


def _decoded(element: xml.Element) -> bytes | None:
    """Base64 as it must be written; None where a bit of it was changed."""
    text = "".join(xml.text_of(element).split())
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if base64.b64encode(found).decode() == text else None


def _differs(alert: xml.Element, reference: xml.Element) -> bool:
    method = reference.find(f"{{{SIGNATURES}}}DigestMethod")
    value = reference.find(f"{{{SIGNATURES}}}DigestValue")
    name = _DIGESTS.get(method.get("Algorithm", "")) if method is not None else None
    if name is None or value is None:
        return False
    claimed = _decoded(value)
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
