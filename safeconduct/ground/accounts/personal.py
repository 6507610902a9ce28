"""What we hold of officers, and why."""

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy.fields import Shredder, personal

_RETENTION = _("As long as the account exists")

personal(
    "accounts.Officer.email",
    purpose=_("To sign in"),
    retention=_RETENTION,
    shredder=Shredder.ROW,
)
personal(
    "accounts.Officer.name",
    purpose=_("Colleagues see who did what"),
    retention=_RETENTION,
    shredder=Shredder.ROW,
)
