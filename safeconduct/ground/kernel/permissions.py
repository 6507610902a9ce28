"""Permission names: declared by the capability that checks them, granted through roles."""

from dataclasses import dataclass

from django.utils.functional import Promise

from safeconduct.ground.kernel.catalogues import Catalogue


@dataclass(frozen=True)
class Permission:
    """``name`` is ``capability.verb``; ``meaning`` is what an administrator reads."""

    name: str
    meaning: str | Promise


permissions: Catalogue[Permission] = Catalogue("permission")


def declare(name: str, meaning: str | Promise) -> str:
    permissions.register(name, Permission(name, meaning))
    return name
