"""A provider with a plain JSON interface, for whatever speaks no Kannel.

We POST ``{"to", "from", "text", "subject", "reference", "receipt_url"}`` and expect 2xx with
``{"id": "…"}``, or 4xx with ``{"error": "…"}`` where the message itself is refused.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from yarl import URL

from safeconduct.wires.messaging.engine.providers.base import Answer, House, Parcel, unreachable
from safeconduct.wires.messaging.engine.providers.http import HttpProvider
from safeconduct.wires.messaging.terms import State

_ERRORS: Final = {
    "invalid_number": State.INVALID_ADDRESS,
    "invalid_address": State.INVALID_ADDRESS,
    "unknown_recipient": State.INVALID_ADDRESS,
    "blocked": State.BLOCKED_BY_OPERATOR,
    "opted_out": State.BLOCKED_BY_OPERATOR,
}
# What gateways write under "error" of a message they took.
_NO_ERROR: Final = frozenset({"", "0", "false", "none", "null", "ok"})


class HttpJson(HttpProvider):
    """Options: ``url``, and as needed ``from``, ``token`` (sent as a bearer token)."""

    kind = "http_json"

    def __init__(self, name: str, options: Mapping[str, Any], house: House) -> None:
        super().__init__(name, options, house)
        self._receipts = f"{self.receipts_url}/json?provider={name}"
        self._token = str(options.get("token", ""))

    def _headers(self) -> Mapping[str, str]:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return headers

    def _request_for(self, parcel: Parcel) -> tuple[str, URL, Mapping[str, str], bytes | None]:
        body = orjson.dumps(
            {
                "to": parcel.address,
                "from": parcel.sender or self.identity,
                "text": parcel.body,
                "subject": parcel.subject,
                "reference": parcel.reference,
                "receipt_url": self._receipts,
            }
        )
        return "POST", self.url, {}, body

    def _is_about_message(self, status: int, content: bytes) -> bool:  # noqa: ARG002 -- as above
        # A gateway that bars us, or has no such page, names no "error" of a message.
        return "error" in _object(content)

    def _accepted(self, content: bytes) -> Answer:
        said = _object(content)
        ref = "" if said.get("id") is None else str(said["id"])
        if not ref and _is_error(said.get("error")):
            # Some say no in a yes. What has an id was taken, whatever else is said of it.
            return self._refused(200, content)
        if _is_page(content):
            # For people: from somebody in between, or from an address that is no gateway's.
            return unreachable("a web page: set up wrongly?")
        return Answer(State.HANDED, ref=ref[:100])

    def _refused(self, status: int, content: bytes) -> Answer:
        error = _object(content).get("error")
        state = _ERRORS.get(error) if isinstance(error, str) else None
        # The provider's own words may quote the number: only its code is kept.
        return Answer(
            state or State.REFUSED_BY_PROVIDER,
            failure=str(error) if state else f"http {status}",
        )


def _is_error(said: object) -> bool:
    return bool(said) and str(said).strip().lower() not in _NO_ERROR


def _is_page(content: bytes) -> bool:
    # Only HTML: gateways say yes in XML too, and what they took would be sent again and again.
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:14].lower()
    return start.startswith((b"<!doctype html", b"<html"))


def _object(content: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
