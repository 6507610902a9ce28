"""Nothing made up and nothing rehearsed may reach a real telephone; decided here once more."""

from functools import lru_cache
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from safeconduct.wires.messaging.terms import is_synthetic

# Where browsers keep their subscriptions: Chrome and its kin, Firefox, Safari, Edge.
_PUSH_SERVICES: Final = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)


class HostRefusedError(Exception):
    """A provider outside this machine was configured where only this machine is allowed."""


@lru_cache(maxsize=64)
def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its own words: no name server is asked.

    A name could lead home today and abroad tomorrow, so only ``localhost``
    (RFC 6761, 6.3) and literal addresses count.
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_host(host: str, *, mode: str) -> None:
    """:raises HostRefusedError: for another machine, unless the mode is production."""
    if mode != "production" and not is_loopback(host):
        raise HostRefusedError(f"In {mode} mode no message may leave for {host!r}.")


def objection(*, host: str, mode: str, sink: bool, address: str, exercise: bool) -> str | None:
    """Why this message may not go to this host, or None.

    ``sink`` is an operator's word that nothing leaves the provider, for instance a fake
    message centre. In production it is needed even on loopback: a gateway with
    a real line may well run on this machine.
    """
    home = is_loopback(host)
    if mode != "production" and not home:
        return "only loopback in this mode"
    harmless = home and (sink or mode != "production")
    if exercise and not harmless:
        return "an exercise stays in the house"
    if is_synthetic(address) and not harmless:
        return "made-up address"
    return None


def may_push_to(endpoint: str, *, mode: str) -> bool:
    """Whether a subscription's address is one of a push service.

    Whoever subscribes names the address that our machine will call: only the services
    browsers use, by https and its usual port, so that nobody has us knock at doors inside
    the house. Outside production only this machine.
    """
    parts = urlsplit(endpoint)
    host = (parts.hostname or "").lower()
    if parts.username is not None or parts.password is not None:
        return False
    if mode != "production":
        return is_loopback(host)
    named = (*_PUSH_SERVICES, *settings.MESSAGING["PUSH_SERVICES"])
    known = any(host == name or host.endswith(f".{name}") for name in named)
    return known and parts.scheme == "https" and parts.port in {None, 443}
