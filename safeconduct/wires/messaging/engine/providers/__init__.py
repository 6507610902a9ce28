"""The kinds of provider, and those an installation has configured."""

from typing import Any, Final

from safeconduct.ground.kernel.catalogues import Catalogue
from safeconduct.wires.messaging.engine.providers.base import House, Provider
from safeconduct.wires.messaging.engine.providers.http_json import HttpJson
from safeconduct.wires.messaging.engine.providers.kannel import Kannel
from safeconduct.wires.messaging.engine.providers.smtp import Smtp
from safeconduct.wires.messaging.engine.providers.webpush import WebPush

kinds: Final[Catalogue[type[Provider]]] = Catalogue("kind of provider")
for _kind in (HttpJson, Kannel, Smtp, WebPush):
    kinds.register(_kind.kind, _kind)


def configured(messaging: dict[str, Any], *, mode: str) -> list[Provider]:
    """The providers of the settings, by name.

    :raises HostRefusedError: if one leads out of the house in a mode that forbids it.
    :raises CatalogueError: for an unknown kind.
    """
    # An answer must come while the lease still holds.
    lease = messaging["LEASE_SECONDS"]
    timeout = min(messaging["PROVIDER_TIMEOUT_SECONDS"], lease / 2)
    house = House(mode, timeout, messaging["RECEIPTS_URL"], lease)
    return [
        kinds[options["kind"]](name, options, house)
        for name, options in sorted(messaging["PROVIDERS"].items())
    ]
