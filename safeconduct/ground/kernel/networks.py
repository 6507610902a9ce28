"""Whose request it is, and of which network: for counting alone, never for believing anybody."""

from collections.abc import Container, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


def network_of(sender: str) -> str:
    """An address's network: IPv4 by itself, IPv6 by the 56 bits that one household is given."""
    try:
        address = ip_address(sender)
    except ValueError:
        return "?"
    if address.version == 4:
        return sender
    if address.ipv4_mapped:
        # As a door that listens for both sees IPv4: else all of it were one network.
        return str(address.ipv4_mapped)
    return str(ip_network(f"{sender}/56", strict=False).network_address)


def caller_of(
    sender: str, forwarded: bytes, proxies: Iterable[Container[IPv4Address | IPv6Address]]
) -> str:
    """The caller's address by what the nearest proxy of ours appended to ``X-Forwarded-For``.

    From anybody else what stands there is hearsay.
    """
    ours = tuple(proxies)
    chain = forwarded.decode("latin-1").split(",")
    while _is_among(sender, ours) and chain and (last := chain.pop().strip()):
        sender = last
    return sender


def _is_among(word: str, networks: Iterable[Container[IPv4Address | IPv6Address]]) -> bool:
    try:
        address = ip_address(word)
    except ValueError:
        return False
    return any(address in network for network in networks)
