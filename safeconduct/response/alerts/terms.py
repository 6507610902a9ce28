"""The words of warning: states, areas, scopes and the other enumerations of CAP 1.2."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.permissions import declare

VIEW: Final = declare("alerts.view", _("See alerts and what became of them"))
DRAFT: Final = declare("alerts.draft", _("Write alerts"))
RELEASE: Final = declare("alerts.release", _("Release alerts"))
STOP: Final = declare("alerts.stop", _("Stop alerts"))

# Workers keep places for each of these queues that nothing else takes: in the first the first
# messages of a release are written, in the second, which takes longer, all others.
BEGINNING: Final = "releases"
EXPANSION: Final = "expansion"
# How long the question stays open after a release; answer links work as long.
ANSWERS_OPEN: Final = timedelta(days=14)
# How long an alert holds unless its writer says otherwise.
USUAL_VALIDITY: Final = timedelta(hours=24)
# An SMS beyond this many parts is warned about before release.
MOST_SEGMENTS: Final = 2
LARGEST_RADIUS_KM: Final = 1000.0
# Codes and texts that one network may ask about in an hour: a whole town may share one.
MOST_CHECKS_AN_HOUR: Final = 600
# Letters of a pasted text that are looked at: no message of ours is as long.
LONGEST_PASTED: Final = 6000
# Typed to stop an alert: one short word, since a wrong alert spreads by the second.
STOP_WORD: Final = "STOP"


class AlertState(TextChoices):
    """Only ever forward, but for a submitted draft that its writer takes back."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for release")
    RELEASED = "released", _("Released")
    STOPPED = "stopped", _("Stopped")


class AreaKind(TextChoices):
    SIGNAL = "signal", _("The area of the signal")
    COUNTRY = "country", _("A whole country")
    CITY = "city", _("A city and around it")
    LEVEL = "level", _("The area of a level of our advice")
    HANDED = "handed", _("Those who were sent the alert this one corrects")


class CapScope(TextChoices):
    """CAP 1.2, 3.2.1, scope."""

    PUBLIC = "Public", _("Public: on our page and in our feed")
    RESTRICTED = "Restricted", _("Restricted: only to the people concerned")
    PRIVATE = "Private", _("Private: only to the people concerned, marked so")


class Category(TextChoices):
    """CAP 1.2, 3.2.2, category."""

    GEO = "Geo", _("Geophysical")
    MET = "Met", _("Weather")
    SAFETY = "Safety", _("Safety")
    SECURITY = "Security", _("Security")
    RESCUE = "Rescue", _("Rescue")
    FIRE = "Fire", _("Fire")
    HEALTH = "Health", _("Health")
    ENV = "Env", _("Environment")
    TRANSPORT = "Transport", _("Transport")
    INFRA = "Infra", _("Infrastructure")
    CBRNE = "CBRNE", _("Dangerous substances")
    OTHER = "Other", _("Other")


class ResponseType(TextChoices):
    """CAP 1.2, 3.2.2, responseType: what people should do."""

    SHELTER = "Shelter", _("Take shelter")
    EVACUATE = "Evacuate", _("Leave the area")
    PREPARE = "Prepare", _("Prepare")
    EXECUTE = "Execute", _("Do as planned")
    AVOID = "Avoid", _("Avoid the area")
    MONITOR = "Monitor", _("Follow the news")
    ASSESS = "Assess", _("Judge for yourself")
    ALL_CLEAR = "AllClear", _("All clear")
    NONE = "None", _("Nothing")


class MsgType(StrEnum):
    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"


CATEGORY_OF: Final = {
    "earthquake": Category.GEO,
    "tsunami": Category.GEO,
    "volcano": Category.GEO,
    "wildfire": Category.FIRE,
    "health": Category.HEALTH,
    "security": Category.SECURITY,
    "other": Category.OTHER,
}


@dataclass(frozen=True, slots=True)
class Telling:
    """How grave an alert is said to be, and what it asks people to do."""

    severity: str
    urgency: str
    certainty: str
    response_type: str


# What an alert made from a level starts with; its writer may say otherwise.
OF_LEVEL: Final = {
    1: Telling("Minor", "Future", "Possible", ResponseType.NONE),
    2: Telling("Minor", "Future", "Possible", ResponseType.MONITOR),
    3: Telling("Moderate", "Expected", "Likely", ResponseType.PREPARE),
    4: Telling("Severe", "Expected", "Likely", ResponseType.EVACUATE),
}

_PARTS: Final = ("headline", "description", "instruction", "sms")


@dataclass(frozen=True, slots=True)
class Words:
    """An alert in one language."""

    headline: str
    description: str
    instruction: str
    sms: str

    def reads_as(self, other: "Words") -> bool:
        """Whether a reader sees the same, however its lines are broken."""
        return all(_same(self, other, name) for name in _PARTS)

    def renewed(self, ours: "Words", proposed: "Words") -> "Words":
        """With each of our new words where the old one still stands as proposed."""
        return Words(
            *(getattr(ours if _same(self, proposed, name) else self, name) for name in _PARTS)
        )


def _same(one: Words, other: Words, name: str) -> bool:
    # A browser sends its own line ends.
    return bool(getattr(one, name).split() == getattr(other, name).split())
