"""Whose request it is, behind proxies and without."""

from ipaddress import ip_network

import pytest

from safeconduct.ground.kernel.networks import caller_of, network_of


def test_networks_are_told_apart_and_households_are_not() -> None:
    assert network_of("203.0.113.7") != network_of("203.0.113.8")
    assert network_of("2001:db8:1:2ff::1") == network_of("2001:db8:1:201::9")
    assert network_of("2001:db8:1::1") != network_of("2001:db8:2::1")
    assert network_of("::ffff:203.0.113.7") == network_of("203.0.113.7")
    assert network_of("nonsense") == "?"


@pytest.mark.parametrize(
    ("sender", "forwarded", "caller"),
    [
        ("203.0.113.7", b"198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", b"198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", b"192.0.2.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", b"192.0.2.1, 198.51.100.1,10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", b"", "10.0.0.1"),
        ("10.0.0.1", b"nonsense", "nonsense"),
        ("", b"198.51.100.1", ""),
    ],
)
def test_only_what_our_own_proxies_say_is_believed(
    sender: str, forwarded: bytes, caller: str
) -> None:
    assert caller_of(sender, forwarded, [ip_network("10.0.0.0/8")]) == caller
