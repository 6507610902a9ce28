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
