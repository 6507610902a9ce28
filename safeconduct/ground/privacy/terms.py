"""The words of forgetting, of keys and of consent."""

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.kinds import Shredder, declare

FORGOTTEN: Final = declare(
    "privacy.forgotten", _("{actor} removed {count} rows whose time was over ({rule})")
)
REWRAPPED: Final = declare(
    "privacy.rewrapped", _("{actor} sealed {count} keys of people and cases with the current key.")
)
FORGOTTEN_AGAIN: Final = declare(
    "privacy.forgotten_again",
    _("{actor} deleted {count} records once more that a backup had brought back."),
)
CONSENT_GIVEN: Final = declare(
    "privacy.consent_given",
    _("{actor} agreed for party {subject}: {purpose} (version {version})."),
    Shredder.FORGET_SUBJECT,
)
CONSENT_WITHDRAWN: Final = declare(
    "privacy.consent_withdrawn",
    _("{actor} declined or took back for party {subject}: {purpose} (version {version})."),
    Shredder.FORGET_SUBJECT,
)
# Longer than any backup may be kept (docs/operators/backup.md).
LIST_KEPT: Final = timedelta(days=100)
