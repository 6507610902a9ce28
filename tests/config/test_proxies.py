"""The caller's address is what our proxy says, and nobody else can say it."""

import pytest

from config.env import EnvironmentRefusedError
from config.proxies import CAME_BY_PROXY, behind, trusted

PROXIES = trusted(["127.0.0.1", "10.1.0.0/16", "::1"])


def seen(**environ):
    found = {}
    list(behind(lambda told, _start: [found.update(told) or b""], PROXIES)(environ, None))
    return found


@pytest.mark.parametrize(
    ("sender", "chain", "address"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        # What the caller wrote himself stands before what our proxy appended.
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ],
)
def test_the_last_address_that_is_no_proxy_counts(sender, chain, address):
    assert seen(REMOTE_ADDR=sender, HTTP_X_FORWARDED_FOR=chain)["REMOTE_ADDR"] == address


def test_a_stranger_cannot_claim_that_he_came_by_tls():
    forged = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}
    told = seen(REMOTE_ADDR="203.0.113.9", **forged)
    assert "HTTP_X_FORWARDED_PROTO" not in told
    assert "HTTP_X_FORWARDED_FOR" not in told
    assert seen(REMOTE_ADDR="10.1.9.9", **forged)["HTTP_X_FORWARDED_PROTO"] == "https"


@pytest.mark.parametrize(
    ("header", "proxied"),
    [("HTTP_X_FORWARDED_FOR", True), ("HTTP_VIA", True), ("HTTP_ACCEPT", False)],
)
def test_a_request_through_a_proxy_is_known_as_one(header, proxied):
    assert seen(REMOTE_ADDR="127.0.0.1", **{header: "x"})[CAME_BY_PROXY] is proxied


def test_a_word_that_is_no_network_is_refused():
    with pytest.raises(EnvironmentRefusedError, match="SAFECONDUCT_PROXIES"):
        trusted(["proxy.example"])
