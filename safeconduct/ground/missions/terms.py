"""Roles and what they may do. A role is held at one post, or at all of them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from safeconduct.ground.audit.kinds import declare as declare_kind
from safeconduct.ground.kernel.permissions import declare

APPOINT: Final = declare("missions.appoint", _("Appoint officers and end appointments"))
AUDIT: Final = declare("audit.view", _("Read who did what"))
VIEW_POSTS: Final = declare("missions.view", _("See posts and their districts"))
DESCRIBE: Final = declare("missions.describe", _("Write a post's entry in the directory"))

# Weeks ahead in which a closure is told of on a post's page.
CLOSURES_SHOWN: Final = timedelta(days=120)
# Within so many days a closure stands beside "open now", not only in the list below.
CLOSED_SOON: Final = timedelta(days=14)
MOST_CLOSURES: Final = 60
LONGEST_CLOSURE: Final = timedelta(days=366)


class Service(TextChoices):
    """What people come to a post for."""

    HELP = "help", _("Help in an emergency")
    PASSPORT = "passport", _("Passports")
    RETURN = "return", _("Certificate of return")
    REGISTER = "register", _("Registration of citizens")
    CIVIL = "civil", _("Births, marriages, deaths")
    NOTARY = "notary", _("Notary")
    LEGAL = "legal", _("Legalisation of documents")
    VISA = "visa", _("Visas")
    VOTE = "vote", _("Elections")


@dataclass(frozen=True)
class Role:
    """``permissions`` are names; each capability declares the ones it checks."""

    name: str
    label: str | Promise
    permissions: frozenset[str]


_DUTY: Final = frozenset(
    {
        VIEW_POSTS,
        DESCRIBE,
        "advice.view",
        "advice.write",
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
        "registry.write",
        "registry.unseal",
        "checkins.settle",
        "checkins.open_round",
        "cases.view",
        "cases.work",
        "calls.make",
        "calls.hand_over",
        "messaging.view",
    }
)

ROLES: Final = {
    role.name: role
    for role in (
        Role("duty_officer", _("Duty officer"), _DUTY),
        Role(
            "releaser",
            _("Releasing officer"),
            _DUTY | {"alerts.release", "alerts.stop", "advice.approve"},
        ),
        Role(
            "registrar",
            _("Registrar"),
            frozenset(
                {
                    VIEW_POSTS,
                    "registry.view",
                    "registry.import",
                    "registry.write",
                    "registry.unseal",
                }
            ),
        ),
        # Writes what the public reads, and sees no nationals.
        Role(
            "editor", _("Editor"), frozenset({VIEW_POSTS, DESCRIBE, "advice.view", "advice.write"})
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
DESCRIBED: Final = declare_kind(
    "missions.described", _("{actor} changed the entry of post {subject} in the directory")
)
CLOSED_FOR: Final = declare_kind(
    "missions.closure_added",
    lambda number: ngettext(
        "{actor} wrote that post {subject} is closed for {count} day",
        "{actor} wrote that post {subject} is closed for {count} days",
        number,
    ),
)
REOPENED: Final = declare_kind(
    "missions.closure_removed", _("{actor} took a closure of post {subject} away")
)
POSTS_LOADED: Final = declare_kind(
    "missions.posts_loaded",
    lambda number: ngettext("{actor} loaded {count} post", "{actor} loaded {count} posts", number),
)


@dataclass(frozen=True)
class DemoLogin:
    """What the demonstration prints for one officer."""

    role: str
    name: str
    email: str
    password: str
