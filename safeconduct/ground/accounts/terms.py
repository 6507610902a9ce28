"""The words of signing in."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.kinds import declare

SIGNED_IN: Final = declare("accounts.signed_in", _("{actor} signed in"))
SIGNED_OUT: Final = declare("accounts.signed_out", _("{actor} signed out"))
FACTOR_CHANGED: Final = declare("accounts.factor_changed", _("{actor} changed the second factor"))
MADE: Final = declare("accounts.made", _("{actor} made the account of {subject}"))
PASSWORD_RESET: Final = declare(
    "accounts.password_reset", _("{actor} gave {subject} a new password")
)
FACTORS_RENEWED: Final = declare(
    "accounts.factors_renewed", _("{actor} sealed every second factor with the current key")
)


@dataclass(frozen=True)
class MadeOfficer:
    """A new account and the password to hand over; it is kept nowhere."""

    id: int
    email: str
    password: str
