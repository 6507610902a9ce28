"""What an account's sign-in sets off: Django and allauth report it by signal."""

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from safeconduct.ground.accounts import terms
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.accounts.rules import may_sign_in
from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, user: Officer, **_: object) -> None:
    """Write it down; and refuse once more, whatever way the account was let in by."""
    if not may_sign_in(is_active=user.is_active, is_demo=user.is_demo, mode=settings.MODE):
        request.session.flush()
        raise PermissionDenied
    _note(terms.SIGNED_IN, user)


@receiver(user_logged_out)
def note_sign_out(user: Officer | None, **_: object) -> None:
    if user is not None:
        _note(terms.SIGNED_OUT, user)


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def note_factor(user: Officer, **_: object) -> None:
    _note(terms.FACTOR_CHANGED, user)


@transaction.atomic
def _note(kind: str, officer: Officer) -> None:
    actor = Actor.officer(officer.pk)
    record(kind, actor=actor, subject_kind="officer", subject_id=officer.pk, now=clock.now())
