"""Roles and what they may do. A role is held at one post, or at all of them."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.permissions import declare

APPOINT: Final = declare("missions.appoint", _("Appoint officers and end appointments"))
VIEW_POSTS: Final = declare("missions.view", _("See posts and their districts"))


@dataclass(frozen=True)
class Role:
    """``permissions`` are names; each capability declares the ones it checks."""

    name: str
    label: str | Promise
    permissions: frozenset[str]


_DUTY: Final = frozenset(
    {
        VIEW_POSTS,
        "hazards.view",
        "incidents.view",
        "incidents.log",
        "alerts.view",
        "alerts.draft",
        "rollcall.view",
        "rollcall.claim",
        "rollcall.record",
        "registry.view",
        "checkins.settle",
        "checkins.open_round",
    }
)

ROLES: Final = {
    role.name: role
    for role in (
        Role("duty_officer", _("Duty officer"), _DUTY),
        Role("releaser", _("Releasing officer"), _DUTY | {"alerts.release", "alerts.stop"}),
        Role(
            "registrar",
            _("Registrar"),
            frozenset({VIEW_POSTS, "registry.view", "registry.import", "registry.write"}),
        ),
        # Sees no nationals: whoever hands out keys does not open the rooms.
        Role("administrator", _("Administrator"), frozenset({VIEW_POSTS, APPOINT, "audit.view"})),
    )
}


def roles_with(permission: str) -> frozenset[str]:
    """The names of the roles that carry a permission."""
    return frozenset(name for name, role in ROLES.items() if permission in role.permissions)


def permissions_with(roles: frozenset[str]) -> frozenset[str]:
    """Everything these roles may do; a role that no longer exists may do nothing."""
    return frozenset().union(*(ROLES[name].permissions for name in roles if name in ROLES))
