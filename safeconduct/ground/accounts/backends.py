"""Signing in with e-mail address and password; the second factor follows as a step of its own."""

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from safeconduct.ground.accounts.access import with_second_factor
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.accounts.rules import may_sign_in


class OfficerBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """Asked at sign-in and for every request's session, so a barred account is out at once."""

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        return isinstance(user, Officer) and may_sign_in(
            is_active=user.is_active, is_demo=user.is_demo, mode=settings.MODE
        )

    def get_user(self, user_id: int) -> Officer | None:
        """The officer of a session, knowing of the second factor: every page asks for both."""
        officer = with_second_factor(Officer.objects.filter(pk=user_id)).first()
        return officer if self.user_can_authenticate(officer) else None
