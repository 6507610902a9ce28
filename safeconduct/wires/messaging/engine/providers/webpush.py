"""Web push: each subscription's own push service, encrypted so that only the browser can read.

RFC 8030 for the request, RFC 8291 for the content, RFC 8292 (VAPID) for who we are.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import http_ece
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from py_vapid import Vapid02
from yarl import URL

from safeconduct.ground.kernel import clock, languages
from safeconduct.wires.messaging.engine.providers import guard
from safeconduct.wires.messaging.engine.providers.base import Answer, House, Parcel, later
from safeconduct.wires.messaging.engine.providers.http import HttpProvider
from safeconduct.wires.messaging.engine.push import (
    PushText,
    Subscription,
    SubscriptionRefusedError,
)
from safeconduct.wires.messaging.terms import State

# RFC 8030, 7.2: services must take 4096 octets of content, of which encryption needs some.
LARGEST: Final = 3000
# RFC 8292, 2: at most a day.
_SIGNED_FOR: Final = timedelta(hours=12)
_RENEWED_BEFORE: Final = timedelta(hours=1)
# Services keep nothing longer; some refuse to be asked for it.
_LONGEST_LIFE: Final = 28 * 24 * 3600
# The service does not take this key: the subscription was made for another one of ours.
_KEY_REFUSED: Final = frozenset({"http 401", "http 403"})


class WebPush(HttpProvider):
    """Options: none needed; ``subject`` is whom a push service may write to about us.

    Its keys are ``SAFECONDUCT_VAPID_KEY``, the current first.
    """

    kind = "webpush"

    def __init__(self, name: str, options: Mapping[str, Any], house: House) -> None:
        # Every message has an address of its own; in a demo or test that is on this machine.
        start = "https://push.invalid" if house.mode == "production" else "http://localhost"
        keys = settings.MESSAGING["VAPID_KEYS"]
        # One after the other: all of them must have been tried before the lease ends.
        offers = max(len(keys), 1)
        house = replace(house, timeout=min(house.timeout, house.lease / 2 / offers))
        super().__init__(name, {"url": start, **options}, house)
        self.longest_call = self.timeout * offers
        subject = options.get("subject") or f"mailto:{settings.ALERTS['SENDER']}"
        self._signers = [_Signer(key, str(subject)) for key in keys]

    def _host_for(self, parcel: Parcel) -> str:
        try:
            return Subscription.read(parcel.address).host
        except SubscriptionRefusedError:
            return self.host

    def _can_be(self, address: str) -> bool:
        try:
            subscription = Subscription.read(address)
        except SubscriptionRefusedError:
            return False
        return guard.may_push_to(subscription.endpoint, mode=self.mode)

    async def _hand_over(self, parcel: Parcel) -> Answer:
        answer = await super()._hand_over(parcel)
        # One push service that is away, or one browser that has too much, is no reason to leave
        # all others alone.
        if answer.unreachable or answer.busy:
            return later(answer.failure, wait=answer.wait)
        return answer

    async def _ask(self, parcel: Parcel) -> Answer:
        """Offer it under each of our keys until one is taken: old subscriptions know an old one."""
        answer = Answer(State.REFUSED_BY_PROVIDER, failure="no VAPID key")
        for signer in self._signers:
            # Read before the first pause within, so nobody else's turn comes in between.
            self._signer = signer
            answer = await super()._ask(parcel)
            if answer.failure not in _KEY_REFUSED:
                break
        return answer

    def _request_for(self, parcel: Parcel) -> tuple[str, URL, Mapping[str, str], bytes | None]:
        subscription, text = Subscription.read(parcel.address), PushText.read(parcel.body)
        content = http_ece.encrypt(
            payload(parcel, text),
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=subscription.p256dh,
            auth_secret=subscription.auth,
            version="aes128gcm",
        )
        headers = {
            "Authorization": self._signer.authorization(subscription.origin),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(min(text.seconds_left(clock.now()), _LONGEST_LIFE)),
            "Urgency": "high" if text.urgent else "normal",
            # What waits under the same topic is replaced: a correction overtakes its error.
            "Topic": text.topic,
        }
        return "POST", URL(subscription.endpoint, encoded=True), headers, content

    def _is_about_message(self, status: int, content: bytes) -> bool:  # noqa: ARG002 -- see below
        # Another subscription may lead to another service: none speaks for all.
        return True

    def _accepted(self, content: bytes) -> Answer:  # noqa: ARG002 -- a 201 says nothing more
        return Answer(State.HANDED)

    def _refused(self, status: int, content: bytes) -> Answer:  # noqa: ARG002 -- as above
        gone = status in {404, 410}
        state = State.INVALID_ADDRESS if gone else State.REFUSED_BY_PROVIDER
        return Answer(state, failure=f"http {status}")


def payload(parcel: Parcel, text: PushText) -> bytes:
    """What the browser's worker gets: nothing about the reader, and no more than 3 000 octets."""
    said = {
        "title": parcel.subject,
        "body": text.body,
        "link": text.link,
        "asks": text.asks,
        "code": text.code,
        "tag": text.topic,
        "until": text.until,
        "lang": parcel.language,
        "dir": languages.direction(parcel.language),
        "exercise": parcel.exercise,
    }
    if len(content := orjson.dumps(said)) <= LARGEST:
        return content

    # Titles are bounded by their column, so what is too long is the text.
    def cut(length: int) -> bytes:
        return orjson.dumps(said | {"body": f"{text.body[:length]}…"})

    # Letters weigh from one octet to six: the longest that fits is looked for.
    fits = bisect_right(range(len(text.body)), LARGEST, key=lambda length: len(cut(length)))
    return cut(max(0, fits - 1))


class _Signer:
    """One of our keys, and the headers signed with it for each push service."""

    def __init__(self, key: str, subject: str) -> None:
        self._vapid = Vapid02.from_raw(key.encode())
        self._subject = subject
        self._signed: dict[str, tuple[str, float]] = {}

    def authorization(self, origin: str) -> str:
        now = clock.now().timestamp()
        header, until = self._signed.get(origin, ("", 0.0))
        if until - now < _RENEWED_BEFORE.total_seconds():
            until = now + _SIGNED_FOR.total_seconds()
            claims = {"aud": origin, "exp": int(until), "sub": self._subject}
            header = str(self._vapid.sign(claims)["Authorization"])
            self._signed[origin] = (header, until)
        return header
