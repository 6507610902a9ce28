"""How a form that anybody may send is kept from being sent without end."""

from django.http import HttpRequest

from safeconduct.ground.kernel import clock, networks
from safeconduct.picture.registry import actions


def crowded(request: HttpRequest, *, most: int, form: str = "") -> bool:
    """Count one use of a form and say whether its network uses it more often than people would.

    ``most`` is an hour's; forms of another name are counted apart.
    """
    used = actions.count_form_use(network=f"{form}{network_of(request)}", now=clock.now())
    return used > most


def network_of(request: HttpRequest) -> str:
    """Where a request comes from: an address, of IPv6 the part that is one household's."""
    # Behind a proxy of ours this is the caller's own already (config.proxies).
    return networks.network_of(str(request.META.get("REMOTE_ADDR", "")))
