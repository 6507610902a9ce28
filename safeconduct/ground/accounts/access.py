"""Who is asking."""

from typing import Final

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest

from safeconduct.ground.accounts import rules, terms
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import clock, tokens
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


_TOTP: Final = Authenticator.objects.filter(type=Authenticator.Type.TOTP)


def with_second_factor(officers: QuerySet[Officer]) -> QuerySet[Officer]:
    """The same officers, for whom ``has_second_factor`` need not ask again."""
    return officers.annotate(has_totp=Exists(_TOTP.filter(user_id=OuterRef("pk"))))


def has_second_factor(officer: Officer) -> bool:
    """Whether the account is guarded by more than a password; without, the console stays shut."""
    known = getattr(officer, "has_totp", None)
    return bool(_TOTP.filter(user_id=officer.pk).exists() if known is None else known)


def invited_by(token: str) -> tuple[Officer, int]:
    """The officer a link lets set a password, and the link's number.

    :raises Http404: alike for a link that is forged, too old, used, or of a barred account.
    """
    try:
        link = tokens.read(token, purpose=terms.INVITATION)
    except tokens.LinkRefusedError as refused:
        raise Http404 from refused
    officer = Officer.objects.filter(pk=link.subject_id, is_active=True).first()
    if officer is None or link.expired(clock.now()):
        raise Http404
    has_password = officer.has_usable_password()
    if not rules.is_open_invitation(link.post_id, officer.invitation, has_password=has_password):
        raise Http404
    return officer, link.post_id
