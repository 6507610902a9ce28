"""The words of forgetting, of keys and of consent."""

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from safeconduct.ground.audit.kinds import Shredder, declare

FORGOTTEN: Final = declare(
    "privacy.forgotten",
    lambda number: ngettext(
        "{actor} removed {count} row whose time was over ({rule})",
        "{actor} removed {count} rows whose time was over ({rule})",
        number,
    ),
)
REWRAPPED: Final = declare(
    "privacy.rewrapped",
    lambda number: ngettext(
        "{actor} sealed {count} key of people and cases with the current key.",
        "{actor} sealed {count} keys of people and cases with the current key.",
        number,
    ),
)
FORGOTTEN_AGAIN: Final = declare(
    "privacy.forgotten_again",
    lambda number: ngettext(
        "{actor} deleted {count} record once more that a backup had brought back.",
        "{actor} deleted {count} records once more that a backup had brought back.",
        number,
    ),
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
