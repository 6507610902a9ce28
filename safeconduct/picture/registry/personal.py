"""What we hold of people in the registry, and why."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.privacy.fields import Shredder, personal
from safeconduct.picture.registry import terms

_CONFIDED: Final = {
    "passport": _("To help you without papers."),
    "passport_index": _("To find your record by your passport without reading it."),
    "medical": _("To help you rightly if you are hurt or ill."),
}


def declare() -> None:
    """Declare each field, with the rule of the night that deletes it."""
    for field, purpose in terms.PERSONAL_FIELDS.items():
        personal(
            f"registry.{field}",
            purpose=purpose,
            retention=terms.KEPT_UNTIL,
            shredder=Shredder.ROW,
            rule="registry.expired",
        )
    for field in ("content", "refused"):
        personal(
            f"registry.ImportRun.{field}",
            purpose=_("To bring in a list and to hand back the rows that were refused."),
            retention=_("The list until it is in, refused rows for 7 days."),
            shredder=Shredder.BLANK,
            rule="registry.expired",
        )
    personal(
        "registry.EmergencyContact.sealed",
        purpose=_("To ask for you where we cannot reach you."),
        retention=terms.KEPT_UNTIL,
        shredder=Shredder.KEY,
        rule="registry.expired",
    )
    for field, purpose in _CONFIDED.items():
        personal(
            f"registry.Confided.{field}",
            purpose=purpose,
            retention=_("As long as your record, or until you take your consent back."),
            shredder=Shredder.KEY,
            rule="registry.expired",
        )
    personal(
        "registry.StillThere.said",
        purpose=_("To know whether you are still where you said."),
        retention=terms.KEPT_UNTIL,
        shredder=Shredder.ROW,
        rule="registry.expired",
    )
