"""Kannel's ``sendsms`` (Kannel 1.4 User's Guide, 6.3), which many gateways imitate."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from yarl import URL

from safeconduct.wires.messaging import rules
from safeconduct.wires.messaging.engine.providers.base import Answer, House, Parcel, later
from safeconduct.wires.messaging.engine.providers.http import HttpProvider
from safeconduct.wires.messaging.terms import State

# 1 delivered, 2 failed, 16 refused by the message centre.
_DLR_MASK: Final = "19"


class Kannel(HttpProvider):
    """Options: ``url`` of sendsms, ``username``, ``password``, ``from``, as needed ``smsc``."""

    kind = "kannel"

    def __init__(self, name: str, options: Mapping[str, Any], house: House) -> None:
        super().__init__(name, options, house)
        fixed = {
            "username": options.get("username", ""),
            "password": options.get("password", ""),
            "charset": "UTF-8",
            "dlr-mask": _DLR_MASK,
        }
        if smsc := options.get("smsc"):
            fixed["smsc"] = smsc
        self._start = f"{self.url}?{urlencode(fixed)}"
        # Kannel fills %d with the kind of report and %A with the centre's own words.
        self._receipts = f"{self.receipts_url}/kannel?provider={name}&status=%d&id="

    def _request_for(self, parcel: Parcel) -> tuple[str, URL, Mapping[str, str], bytes | None]:
        # 7-bit where the alphabet allows, else UCS-2: by Kannel's own choice a letter
        # like ə would leave as a question mark.
        coding = "0" if rules.segments(parcel.body).encoding == "GSM-7" else "2"
        address = "".join(
            (
                self._start,
                f"&coding={coding}&from=",
                quote(parcel.sender or self.identity, safe=""),
                "&to=",
                quote(parcel.address, safe=""),
                "&text=",
                quote(parcel.body, safe=""),
                "&dlr-url=",
                quote(self._receipts + parcel.reference, safe=""),
            )
        )
        return "GET", URL(address, encoded=True), {}, None

    def _is_about_message(self, status: int, content: bytes) -> bool:
        # "Not routable. Do not try again." is said of one number, with the same 403 as
        # "Authorization failed for sendsms", which is said to us.
        return status == 403 and b"authorization failed" not in content.lower()

    def _sounds_well(self, content: bytes) -> bool:
        # bearerbox, status.txt: "Status: running" or "isolated", "suspended", "shutdown"; and
        # a line a centre. None of them online, nothing leaves.
        page = content.lower()
        return b"running" in page and (b"smsc connections" not in page or b"(online" in page)

    def _accepted(self, content: bytes) -> Answer:
        # "0: Accepted for delivery", "3: Queued for later delivery".
        code, _, _ = content.decode("utf-8", "replace").partition(":")
        if code.strip() in {"0", "3"}:
            return Answer(State.HANDED)
        return later("an answer we do not know", maybe_twice=True)
