"""Builders of what tests need: small, keyword arguments with defaults, one thing each.

A builder goes through the capability's own action where there is one, so that a
test never stands on rows the product could not have written. Append at the end.
"""

from allauth.mfa.totp.internal.auth import TOTP

from safeconduct.ground.accounts.actions import make_officer
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.missions.actions import appoint
from safeconduct.ground.missions.models import Appointment, ConsularDistrict, Post
from safeconduct.ground.places.models import Country

TESTER = Actor.system("test")
TOTP_SECRET = "JBSWY3DPEHPK3PXP"


def country(code: str = "TR", **more: object) -> Country:
    """A country by its two letters; its other codes are made up."""
    defaults = {"code3": f"{code}X", "number": "000", "names": {"en": code}} | more
    return Country.objects.get_or_create(code=code, defaults=defaults)[0]


def post(*, id: int = 2, seat: str = "TR", district: tuple[str, ...] | None = None) -> Post:  # noqa: A002
    """A post that answers for its district, by default the country of its seat."""
    made = Post.objects.get_or_create(
        pk=id,
        defaults={
            "kind": "embassy",
            "names": {"en": f"Embassy {id}"},
            "country": country(seat),
            "emergency_number": f"+99912{id:07d}",
        },
    )[0]
    for code in (seat,) if district is None else district:
        ConsularDistrict.objects.get_or_create(country=country(code), defaults={"post": made})
    return made


def officer(
    role: str | None = "duty_officer",
    *,
    at: Post | None = None,
    email: str = "",
    second_factor: bool = True,
) -> Officer:
    """Somebody who can sign in, appointed at one post or, without ``at``, at all of them."""
    address = email or f"{role}-{at.pk if at else 'all'}@mfa.example"
    if known := Officer.objects.filter(email=address).first():
        return known
    made = make_officer(
        email=address, name=f"Officer {role}", language="en", now=clock.now(), actor=TESTER
    )
    found = Officer.objects.get(pk=made.id)
    if second_factor:
        give_second_factor(found)
    if role:
        post_id = at.pk if at else None
        appoint(officer_id=found.pk, role=role, post_id=post_id, now=clock.now(), actor=TESTER)
    return found


def give_second_factor(found: Officer) -> None:
    TOTP.activate(found, TOTP_SECRET)


def appointment() -> Appointment:
    """A duty officer's at post 2."""
    return officer("duty_officer", at=post()).appointments.get()
