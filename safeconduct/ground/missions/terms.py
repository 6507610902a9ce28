"""Roles and what they may do. A role is held at one post, or at all of them."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.kinds import declare as declare_kind
from safeconduct.ground.kernel.permissions import declare

APPOINT: Final = declare("missions.appoint", _("Appoint officers and end appointments"))
AUDIT: Final = declare("audit.view", _("Read who did what"))
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
        "hazards.manage",
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
        "calls.make",
        "messaging.view",
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
        # Brought in for the day: one person at a time, and nothing else of the console.
        Role("caller", _("Caller"), frozenset({"calls.make"})),
        # Sees no nationals: whoever hands out keys does not open the rooms.
        Role(
            "administrator",
            _("Administrator"),
            frozenset(
                {VIEW_POSTS, APPOINT, AUDIT, "messaging.view", "messaging.manage", "ladder.plan"}
            ),
        ),
    )
}


def roles_with(permission: str) -> frozenset[str]:
    """The names of the roles that carry a permission."""
    return frozenset(name for name, role in ROLES.items() if permission in role.permissions)


def permissions_with(roles: frozenset[str]) -> frozenset[str]:
    """Everything these roles may do; a role that no longer exists may do nothing."""
    return frozenset().union(*(ROLES[name].permissions for name in roles if name in ROLES))


KINDS: Final = ("ministry", "embassy", "consulate_general", "consulate")
# What a post is called before its city, as stored in every complete language.
KIND_NAMES: Final = {
    "ministry": {"az": "Nazirliyin böhran mərkəzi", "en": "Crisis centre", "ru": "Кризисный центр"},
    "embassy": {"az": "Səfirlik", "en": "Embassy", "ru": "Посольство"},
    "consulate_general": {
        "az": "Baş konsulluq",
        "en": "Consulate General",
        "ru": "Генеральное консульство",
    },
    "consulate": {"az": "Konsulluq", "en": "Consulate", "ru": "Консульство"},
}

APPOINTED: Final = declare_kind(
    "missions.appointed", _("{actor} appointed {subject} as {role} at {post}")
)
ENDED: Final = declare_kind(
    "missions.appointment_ended", _("{actor} ended an appointment of {subject} as {role}")
)
POSTS_LOADED: Final = declare_kind("missions.posts_loaded", _("{actor} loaded {count} posts"))


@dataclass(frozen=True)
class DemoLogin:
    """What the demonstration prints for one officer."""

    role: str
    name: str
    email: str
    password: str
