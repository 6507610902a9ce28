"""Who is asking."""

from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel.actor import Actor


def actor_of(request: HttpRequest) -> Actor:
    """The officer who signed in; anybody else is a national whom we do not know yet."""
    if isinstance(request.user, Officer):
        return Actor.officer(request.user.pk)
    return Actor.citizen(None)


def officer_of(request: HttpRequest) -> Officer:
    """The officer behind a request that ``missions.access.officer_may`` let through."""
    if not isinstance(request.user, Officer):
        raise TypeError("Nobody signed in: the view lacks officer_may.")
    return request.user


def has_second_factor(officer: Officer) -> bool:
    """Whether the account is guarded by more than a password; without, the console stays shut."""
    factors = Authenticator.objects.filter(user_id=officer.pk, type=Authenticator.Type.TOTP)
    return bool(factors.exists())
