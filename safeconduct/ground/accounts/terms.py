"""The words of signing in."""

from dataclasses import dataclass
from datetime import timedelta
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

INVITED: Final = declare("accounts.invited", _("{actor} sent {subject} a link to set a password"))
ACCEPTED: Final = declare("accounts.accepted", _("{actor} set a password by a link"))
BARRED: Final = declare("accounts.barred", _("{actor} barred the account of {subject}"))
LET_IN: Final = declare("accounts.let_in", _("{actor} opened the account of {subject} again"))

INVITATION: Final = "invitation"
# Long enough for a weekend, too short to lie forgotten in a mailbox.
INVITATION_LIFE: Final = timedelta(days=3)
# The number of a link has ten bits.
MOST_INVITATIONS: Final = 1023


@dataclass(frozen=True)
class MadeOfficer:
    """A new account and the password to hand over; it is kept nowhere."""

    id: int
    email: str
    password: str
