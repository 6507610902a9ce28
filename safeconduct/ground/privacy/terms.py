"""The words of forgetting."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.kinds import declare

FORGOTTEN: Final = declare(
    "privacy.forgotten", _("{actor} removed {count} rows whose time was over ({rule})")
)
REWRAPPED: Final = declare(
    "privacy.rewrapped", _("{actor} sealed {count} keys of people and cases with the current key.")
)
