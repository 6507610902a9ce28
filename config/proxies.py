"""Who called, where a proxy of ours stands in between.

What a proxy adds (`X-Forwarded-For`, `X-Forwarded-Proto`) anybody could send: it counts only
from an address in SAFECONDUCT_PROXIES, and is taken away from everybody else's requests.
"""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Final

from config import env

type Network = IPv4Network | IPv6Network
type Environ = dict[str, Any]
type Application = Callable[[Environ, Any], Iterable[bytes]]

# Set for whoever must know that the request came from outside this machine after all.
CAME_BY_PROXY: Final = "safeconduct.proxied"
_ADDED: Final = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")
_ALSO_PROXIED: Final = ("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")


def trusted(words: Iterable[str]) -> list[Network]:
    """Addresses and networks as configured.

    :raises EnvironmentRefusedError: for a word that is neither.
    """
    try:
        return [ip_network(word, strict=False) for word in words]
    except ValueError as refusal:
        raise env.EnvironmentRefusedError(f"SAFECONDUCT_PROXIES: {refusal}.") from refusal


def ours() -> list[Network]:
    """Whose word counts here: what is configured, else a proxy on this machine.

    :raises EnvironmentRefusedError: for a word that is no address and no network.
    """
    return trusted(env.words("SAFECONDUCT_PROXIES") or ["127.0.0.1", "::1"])


def behind(application: Application, proxies: list[Network]) -> Application:
    """The application, told the caller's own address (`REMOTE_ADDR`) and scheme."""

    def told(environ: Environ, start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 -- WSGI's own
        sender = str(environ.get("REMOTE_ADDR", ""))
        environ[CAME_BY_PROXY] = any(name in environ for name in (*_ADDED, *_ALSO_PROXIED))
        if _is_one_of(sender, proxies):
            chain = str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")
            environ["REMOTE_ADDR"] = caller(chain, proxies) or sender
        else:
            for name in _ADDED:
                environ.pop(name, None)
        return application(environ, start_response)

    return told


def caller(chain: list[str], proxies: list[Network]) -> str:
    """The last address of the chain that is no proxy of ours: all before it is hearsay."""
    for word in reversed([part.strip() for part in chain]):
        if word and not _is_one_of(word, proxies):
            return word if _is_address(word) else ""
    return ""


def _is_one_of(word: str, networks: list[Network]) -> bool:
    return _is_address(word) and any(ip_address(word) in network for network in networks)


def _is_address(word: str) -> bool:
    try:
        ip_address(word)
    except ValueError:
        return False
    return True
