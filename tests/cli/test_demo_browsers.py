"""The demo's browsers: what is sent to one is opened by it, and by no other."""

import asyncio

import http_ece
import pytest
from django.conf import settings

from safeconduct.cli.demo import browsers
from safeconduct.wires.messaging.engine.push import Subscription
from tests.push import push_service
from tests.wires.messaging.test_webpush import _handed, _parcel, _provider


def test_a_demo_browser_opens_what_is_sent_to_it() -> None:
    assert settings.MODE == "test"

    async def sent() -> bytes:
        async with push_service() as service:
            port = int(service.origin.rpartition(":")[2])
            await _handed(_provider(), _parcel(browsers.subscription(7, port).address))
            assert service.heard[0][0] == "/push/7"
            return service.heard[0][2]

    content = asyncio.run(sent())
    assert browsers.opened(7, content)["title"] == "Zəlzələ: Bakı"
    with pytest.raises(http_ece.ECEException):
        browsers.opened(8, content)


def test_each_has_keys_of_its_own_and_always_the_same() -> None:
    addresses = [browsers.subscription(number, 8030).address for number in range(50)]
    assert len(set(addresses)) == 50
    assert addresses[3] == browsers.subscription(3, 8030).address
    assert Subscription.read(addresses[3]).address == addresses[3]
