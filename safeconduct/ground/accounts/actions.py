"""Making accounts and giving them a way in."""

import secrets
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.accounts import rules, terms
from safeconduct.ground.accounts.adapters import SecondFactorAdapter
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal


class AccountTakenError(Refusal):
    """Somebody has an account with this address."""


class InvitationOverError(Refusal):
    """The link to set a password opens nothing any more."""


class OwnAccountError(Refusal):
    """Somebody would lock themselves out."""


class DemoRefusedError(Refusal):
    """Demo officers outside demo mode would be open doors."""


@transaction.atomic
def make_officer(
    *, email: str, name: str, language: str, now: datetime, actor: Actor
) -> terms.MadeOfficer:
    """Make an account with a password to hand over; the second factor is set at first sign-in.

    :raises AccountTakenError: if the address has an account already.
    """
    if Officer.objects.filter(email__iexact=email).exists():
        raise AccountTakenError(_("There is an account with this address already."))
    password = secrets.token_urlsafe(15)
    officer = Officer(email=email.lower(), name=name, language=language)
    officer.set_password(password)
    officer.save()
    record(terms.MADE, actor=actor, subject_kind="officer", subject_id=officer.pk, now=now)
    return terms.MadeOfficer(officer.pk, officer.email, password)


@transaction.atomic
def invite_officer(*, email: str, name: str, language: str, now: datetime, actor: Actor) -> Officer:
    """Make an account that opens only once its owner has set a password by a link.

    :raises AccountTakenError: if the address has an account already.
    """
    made = make_officer(email=email, name=name, language=language, now=now, actor=actor)
    return invite_again(officer_id=made.id, now=now, actor=actor)


@transaction.atomic
def invite_again(*, officer_id: int, now: datetime, actor: Actor) -> Officer:
    """Take password and second factor away and open one new link; older links end with it.

    Both go: whoever knows the password must not set up an authenticator of their own.
    """
    officer = Officer.objects.select_for_update().get(pk=officer_id)
    officer.set_unusable_password()
    officer.invitation = officer.invitation % terms.MOST_INVITATIONS + 1
    officer.invited_at = now
    officer.save(update_fields=["password", "invitation", "invited_at"])
    Authenticator.objects.filter(user_id=officer.pk).delete()
    record(terms.INVITED, actor=actor, subject_kind="officer", subject_id=officer.pk, now=now)
    return officer


@transaction.atomic
def accept_invitation(*, officer_id: int, number: int, password: str, now: datetime) -> Officer:
    """Set the password a link asks for; the link is used up by that.

    :raises InvitationOverError: if it was used or another one followed it.
    """
    officer = Officer.objects.select_for_update().get(pk=officer_id)
    if not rules.is_open_invitation(
        number, officer.invitation, has_password=officer.has_usable_password()
    ):
        raise InvitationOverError(_("This link was used already, or a newer one was sent."))
    officer.set_password(password)
    officer.save(update_fields=["password"])
    record(
        terms.ACCEPTED,
        actor=Actor.officer(officer.pk),
        subject_kind="officer",
        subject_id=officer.pk,
        now=now,
    )
    return officer


@transaction.atomic
def set_active(*, officer_id: int, active: bool, now: datetime, actor: Actor) -> None:
    """Bar an account, or open it again. Whoever is barred is out with their next click.

    :raises OwnAccountError: for one's own account.
    """
    if actor.id == officer_id and not active:
        raise OwnAccountError(_("Nobody bars their own account: another administrator does it."))
    officer = Officer.objects.select_for_update().get(pk=officer_id)
    if officer.is_active == active:
        return
    officer.is_active = active
    officer.save(update_fields=["is_active"])
    kind = terms.LET_IN if active else terms.BARRED
    record(kind, actor=actor, subject_kind="officer", subject_id=officer.pk, now=now)


@transaction.atomic
def make_demo_officer(*, email: str, name: str, language: str, now: datetime, actor: Actor) -> str:
    """Make or refresh a demo officer and return the password that is printed.

    :raises DemoRefusedError: unless this installation runs in demo mode.
    """
    if settings.MODE != rules.DEMO_MODE:
        raise DemoRefusedError(_("Demo officers exist in demo mode only."))
    password = rules.demo_password(email, settings.SECRET_KEY)
    officer, made = Officer.objects.get_or_create(
        email=email, defaults={"name": name, "language": language, "is_demo": True}
    )
    officer.set_password(password)
    officer.save(update_fields=["password"])
    Authenticator.objects.filter(user_id=officer.pk).delete()
    TOTP.activate(officer, rules.demo_secret(email, settings.SECRET_KEY))
    if made:
        record(terms.MADE, actor=actor, subject_kind="officer", subject_id=officer.pk, now=now)
    return password


@transaction.atomic
def renew_second_factors(*, now: datetime, actor: Actor) -> int:
    """Seal every officer's second factor by the current secret key; how many there are.

    Until this has run, a retired key must stay among the old ones: without it nobody
    whose factor it sealed could sign in.
    """
    adapter, renewed = SecondFactorAdapter(), 0
    for factor in Authenticator.objects.select_for_update().order_by("pk"):
        sealed = {name: factor.data[name] for name in ("secret", "seed") if name in factor.data}
        factor.data |= {name: adapter.renew(text) for name, text in sealed.items()}
        factor.save(update_fields=["data"])
        renewed += bool(sealed)
    record(
        terms.FACTORS_RENEWED,
        actor=actor,
        subject_kind="officer",
        detail={"number": renewed},
        now=now,
    )
    return renewed


@transaction.atomic
def give_new_password(*, officer_id: int, now: datetime, actor: Actor) -> str:
    """Replace a lost password and second factor; the officer sets a new factor at next sign-in."""
    officer = Officer.objects.select_for_update().get(pk=officer_id)
    password = secrets.token_urlsafe(15)
    officer.set_password(password)
    officer.save(update_fields=["password"])
    Authenticator.objects.filter(user_id=officer.pk).delete()
    record(
        terms.PASSWORD_RESET, actor=actor, subject_kind="officer", subject_id=officer.pk, now=now
    )
    return password
