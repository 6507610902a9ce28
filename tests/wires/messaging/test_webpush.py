"""Web push against a push service on this machine, opened by a browser's own library."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import http_ece
import pytest
from django.conf import settings as django_settings
from py_vapid import Vapid02

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging.actions import TextDraft
from safeconduct.wires.messaging.engine import push
from safeconduct.wires.messaging.engine.providers import configured, guard
from safeconduct.wires.messaging.engine.providers.base import Answer, Parcel
from safeconduct.wires.messaging.engine.providers.webpush import LARGEST, WebPush
from safeconduct.wires.messaging.engine.push import (
    PushText,
    Subscription,
    SubscriptionRefusedError,
)
from safeconduct.wires.messaging.models import BatchText
from safeconduct.wires.messaging.terms import LONGEST_ADDRESS, Channel, Lane, State
from tests import messages
from tests.push import Browser, push_service

OLD_KEY = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"
TEXT = PushText(
    body="Binadan çıxın. #KXRPTW",
    link="http://127.0.0.1:8010/s/" + "a" * 22,
    asks=True,
    code="KXRPTW",
    topic="BCDFGH",
    until=0,
    urgent=True,
)


def _provider(patience: float = 2.0, **options: object) -> WebPush:
    messaging = django_settings.MESSAGING | {
        "PROVIDERS": {"push": {"kind": "webpush", "channel": "push"} | options},
        "PROVIDER_TIMEOUT_SECONDS": patience,
        "LEASE_SECONDS": 60,
    }
    return configured(messaging, mode="test")[0]


def _parcel(address: str, text: PushText | None = None, **more: Any) -> Parcel:
    until = int((clock.now() + timedelta(hours=1)).timestamp())
    body = (text or replace(TEXT, until=until)).written()
    return replace(Parcel("7-1", address, "Zəlzələ: Bakı", body, "az", exercise=False), **more)


async def _handed(to: WebPush, *parcels: Parcel) -> list[Answer]:
    await to.open()
    try:
        return [await to.hand_over(parcel) for parcel in parcels]
    finally:
        await to.close()


def _sent(browser: Browser, **answer: Any) -> tuple[Any, list[Answer]]:
    async def sent() -> tuple[Any, list[Answer]]:
        async with push_service(**answer) as service:
            parcel = _parcel(browser.address(f"{service.origin}/push/one"))
            return service, await _handed(_provider(), parcel)

    return asyncio.run(sent())


def test_only_the_browser_can_open_what_the_service_gets() -> None:
    browser = Browser()
    service, answers = _sent(browser)
    assert [answer.state for answer in answers] == [State.HANDED]
    ((path, _, content),) = service.heard
    assert path == "/push/one"
    assert "Binadan" not in content.decode("latin-1")
    said = browser.opened(content)
    assert said["title"] == "Zəlzələ: Bakı"
    assert said["body"] == "Binadan çıxın. #KXRPTW"
    assert said["link"].endswith("a" * 22)
    assert (said["asks"], said["code"], said["lang"], said["dir"]) == (True, "KXRPTW", "az", "ltr")
    with pytest.raises(http_ece.ECEException):
        Browser().opened(content)


def test_the_service_learns_how_long_how_urgent_and_what_it_replaces() -> None:
    service, _ = _sent(Browser())
    headers = service.heard[0][1]
    assert 3590 <= int(headers["TTL"]) <= 3600
    assert headers["Urgency"] == "high"
    assert headers["Topic"] == "BCDFGH"
    assert headers["Content-Encoding"] == "aes128gcm"


def test_the_service_can_see_that_it_was_us() -> None:
    service, _ = _sent(Browser())
    authorization = service.heard[0][1]["Authorization"]
    assert Vapid02.verify(authorization)
    assert f"k={push.public_key()}" in authorization


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (201, State.HANDED),
        (202, State.HANDED),
        (404, State.INVALID_ADDRESS),
        (410, State.INVALID_ADDRESS),
        (400, State.REFUSED_BY_PROVIDER),
        (413, State.REFUSED_BY_PROVIDER),
        (403, State.REFUSED_BY_PROVIDER),
        (429, State.WAITING),
        (503, State.WAITING),
        (500, State.WAITING),
    ],
)
def test_each_answer_of_a_service_means_something(status: int, state: State) -> None:
    _, answers = _sent(Browser(), status=status, headers={"Retry-After": "120"})
    assert answers[0].state is state
    # One service must never shut the channel for all others.
    assert not answers[0].unreachable
    assert answers[0].wait == (120 if status in {429, 503} else None)


def test_a_service_that_is_away_does_not_close_the_channel() -> None:
    address = Browser().address("http://127.0.0.1:1/push/one")
    (answer,) = asyncio.run(_handed(_provider(), _parcel(address)))
    assert answer.state is State.WAITING
    assert not answer.unreachable


def test_an_old_subscription_is_served_under_our_old_key(settings: Any) -> None:
    new = settings.MESSAGING["VAPID_KEYS"][0]
    settings.MESSAGING = settings.MESSAGING | {"VAPID_KEYS": [new, OLD_KEY]}
    service, answers = _sent(Browser(), status=403)
    keys = [headers["Authorization"].split("k=")[1] for _, headers, _ in service.heard]
    assert keys[0] == push.public_key()
    assert len(set(keys)) == 2
    assert answers[0].state is State.REFUSED_BY_PROVIDER


@pytest.mark.parametrize(("keys", "timeout"), [(0, 20.0), (1, 20.0), (2, 15.0), (6, 5.0)])
def test_all_our_keys_are_tried_within_half_a_lease(
    settings: Any, keys: int, timeout: float
) -> None:
    settings.MESSAGING = settings.MESSAGING | {"VAPID_KEYS": [OLD_KEY] * keys}
    to = _provider(patience=20.0)
    assert (to.timeout, to.longest_call) == (timeout, timeout * max(keys, 1))


@pytest.mark.parametrize(
    "words", ["Сильное землетрясение. ", "زلزال قوي. ", "🌊🌊🌊", 'Çıxın "indi"\n']
)
def test_a_long_text_is_cut_to_what_a_service_takes(words: str) -> None:
    browser = Browser()
    text = replace(TEXT, body=words * 400)

    async def sent() -> bytes:
        async with push_service() as service:
            await _handed(_provider(), _parcel(browser.address(f"{service.origin}/x"), text))
            return service.heard[0][2]

    content = asyncio.run(sent())
    # And no more than that is missing.
    assert LARGEST - 20 < len(content) - 103 <= LARGEST
    body = browser.opened(content)["body"]
    assert body.endswith("…")
    assert text.body.startswith(body[:-1])


@pytest.mark.parametrize(
    "address",
    [
        "national@example.invalid",
        "http://127.0.0.1:9/x",
        "http://127.0.0.1:9/x#AAAA.BBBB",
        "https://192.168.0.1/x#" + "A" * 87 + "." + "A" * 22,
    ],
)
def test_what_is_no_subscription_is_refused_before_anything_is_sent(address: str) -> None:
    (answer,) = asyncio.run(_handed(_provider(), _parcel(address)))
    assert answer.state in {State.INVALID_ADDRESS, State.REFUSED_BY_PROVIDER}


def test_only_this_machine_is_called_outside_production() -> None:
    address = Browser().address("https://fcm.googleapis.com/fcm/send/x")
    (answer,) = asyncio.run(_handed(_provider(), _parcel(address)))
    assert answer.state is State.REFUSED_BY_PROVIDER
    assert "loopback" in answer.failure


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
        ("https://web.push.apple.com/x", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=x", True),
        ("https://push.ministry.example/x", True),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://fcm.googleapis.com.evil.com/x", False),
        ("https://evilfcm.googleapis.com/x", False),
        ("https://user@fcm.googleapis.com/x", False),
        ("https://127.0.0.1/x", False),
        ("https://[::1]/x", False),
        ("https://169.254.169.254/latest", False),
        ("https://10.0.0.5/x", False),
        ("https://localhost/x", False),
    ],
)
def test_in_production_only_push_services_are_called(
    endpoint: str, allowed: bool, settings: Any
) -> None:
    settings.MESSAGING = settings.MESSAGING | {"PUSH_SERVICES": ["push.ministry.example"]}
    assert guard.may_push_to(endpoint, mode="production") is allowed
    assert not guard.may_push_to("https://fcm.googleapis.com/x", mode="demo")


def test_a_subscription_is_one_address_and_back() -> None:
    address = Browser().address("https://fcm.googleapis.com/fcm/send/x")
    assert Subscription.read(address).address == address
    with pytest.raises(SubscriptionRefusedError):
        Browser().address("https://fcm.googleapis.com/" + "x" * LONGEST_ADDRESS)
    off_the_curve = "B" + "A" * 86
    with pytest.raises(SubscriptionRefusedError):
        Subscription.of("https://fcm.googleapis.com/x", off_the_curve, "A" * 22)


@pytest.mark.django_db
def test_a_batch_carries_what_its_push_messages_need() -> None:
    drafts = [TextDraft("en", Channel.PUSH, "Go out.", "Earthquake")]
    batch = messages.batch(texts=drafts, lane=Lane.URGENT)
    said = PushText.read(BatchText.objects.get(batch=batch).body)
    assert (said.body, said.link, said.asks) == ("Go out.", "{link}", True)
    assert (said.code, said.topic, said.urgent) == (batch.code, batch.code, True)
    assert said.seconds_left(clock.now()) > 3500


def test_push_is_offered_where_a_provider_and_a_key_are(settings: Any) -> None:
    provided = {"push": {"kind": "webpush", "channel": "push"}}
    settings.MESSAGING = settings.MESSAGING | {"PROVIDERS": provided}
    assert push.is_offered()
    settings.MESSAGING = settings.MESSAGING | {"VAPID_KEYS": []}
    assert not push.is_offered()
