"""The words of signals: outcomes of reading, kinds of hazard, the enumerations of CAP 1.2."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from safeconduct.ground.audit.kinds import declare as declare_kind
from safeconduct.ground.kernel.permissions import declare

VIEW: Final = declare("hazards.view", _("See hazard signals and feeds"))
MANAGE: Final = declare("hazards.manage", _("Add feeds and mark problems as solved"))

# Nothing larger is read, neither as it comes nor after unpacking. Bytes.
LARGEST_PAYLOAD = 32 * 1024 * 1024
# A packed file may hold so many messages, and a feed so many entries.
MOST_MESSAGES = 5000


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    TOLERATED = "tolerated"
    REFUSED = "refused"


class Source(StrEnum):
    CAP = "cap"
    USGS = "usgs"
    GDACS = "gdacs"
    UNKNOWN = "unknown"


class Hazard(TextChoices):
    EARTHQUAKE = "earthquake", _("Earthquake")
    TSUNAMI = "tsunami", _("Tsunami")
    CYCLONE = "cyclone", _("Tropical cyclone")
    FLOOD = "flood", _("Flood")
    VOLCANO = "volcano", _("Volcano")
    WILDFIRE = "wildfire", _("Wildfire")
    DROUGHT = "drought", _("Drought")
    STORM = "storm", _("Storm")
    HEAT = "heat", _("Heat")
    COLD = "cold", _("Cold, snow or ice")
    HEALTH = "health", _("Disease")
    SECURITY = "security", _("Violence or unrest")
    OTHER = "other", _("Other")


class Severity(TextChoices):
    """CAP 1.2, 3.2.2, worst first."""

    EXTREME = "Extreme", _("Extreme")
    SEVERE = "Severe", _("Severe")
    MODERATE = "Moderate", _("Moderate")
    MINOR = "Minor", _("Minor")
    UNKNOWN = "Unknown", _("Unknown")


class Urgency(TextChoices):
    IMMEDIATE = "Immediate", _("Immediate")
    EXPECTED = "Expected", _("Expected")
    FUTURE = "Future", _("Future")
    PAST = "Past", _("Past")
    UNKNOWN = "Unknown", _("Unknown")


class Certainty(TextChoices):
    OBSERVED = "Observed", _("Observed")
    LIKELY = "Likely", _("Likely")
    POSSIBLE = "Possible", _("Possible")
    UNLIKELY = "Unlikely", _("Unlikely")
    UNKNOWN = "Unknown", _("Unknown")


class Status(TextChoices):
    """CAP 1.2, 3.2.1, status: only the first is meant for anybody outside."""

    ACTUAL = "Actual", _("Real")
    EXERCISE = "Exercise", _("Exercise")
    SYSTEM = "System", _("For machines only")
    TEST = "Test", _("Test")
    DRAFT = "Draft", _("Draft, not issued")


class Kind(TextChoices):
    """CAP 1.2, 3.2.1, msgType."""

    ALERT = "Alert", _("First warning")
    UPDATE = "Update", _("Update")
    CANCEL = "Cancel", _("Withdrawn")
    ACK = "Ack", _("Receipt of another message")
    ERROR = "Error", _("Refusal of another message")


# These say that another message arrived, or could not be used; what it warns of goes on.
RECEIPTS: Final = (Kind.ACK, Kind.ERROR)
# Of these nobody is warned: they take back, acknowledge or refuse another message.
NO_WARNINGS: Final = (Kind.CANCEL, *RECEIPTS)
# Of these nobody but those who practise.
NOT_REAL: Final = (Status.EXERCISE, Status.SYSTEM, Status.TEST, Status.DRAFT)

RECEIVED: Final = declare_kind(
    "hazards.received",
    lambda number: ngettext(
        "{actor} received {count} hazard signal", "{actor} received {count} hazard signals", number
    ),
)
SOLVED: Final = declare_kind("hazards.solved", _("{actor} marked a hazard problem as solved"))
FEED_ADDED: Final = declare_kind("hazards.feed_added", _("{actor} added a hazard feed"))

# How well an area is known, worst first; a better one replaces the others of its event.
# Below all stands the line of an index about a message that was not fetched.
INDEX: Final = "index"
BASES: Final = (INDEX, "none", "point", "rupture", "drawn", "shakemap")
# What the source itself measured or drew: nothing better is asked for.
SETTLED: Final = ("drawn", "shakemap")

# An earthquake so strong is worth asking about whatever colour its list gives it. Magnitude.
STRONG: Final = 6.0
# How long after an event its source is asked for a better area. ShakeMaps come within the hour,
# the last versions of them within days.
ASKED_FOR: Final = timedelta(days=7)
# The pause before asking again, as a share of the event's age: after ten minutes one minute,
# after a day two hours and a half.
PAUSE: Final = 0.1
# Events asked about in one reading of a feed.
MOST_ASKED: Final = 5
